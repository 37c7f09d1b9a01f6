import { readAs, verifyAs, type Submission, type Verified } from '@careledger/chaincode-runtime';
import {
  CHECK_IN_MAX_AGE_S,
  CHECK_IN_WINDOW_S,
  ContractError,
  STATEMENT_MAX_SKEW_S,
} from '@careledger/contracts';
import { findSigners } from './access-control.js';
import { usedCheckIns } from './families.js';

const MS_PER_S = 1000;

/**
 * Whether the visit quotes the patient's check-in code: signed by the patient when it says, for this authority, near the
 * visit's time, in time for the ledger, and for no other visit. A code is used up by the visit that it confirms. False
 * without one, and for one that may have been made afterwards.
 * @throws ContractError `CHECK_IN_INVALID`: a wrong code is refused rather than taken for none
 */
export async function useCheckIn(
  tx: Submission,
  { iss, sid: visitId, body }: Verified<'visit'>,
): Promise<boolean> {
  if (body.checkIn === undefined) return false;
  const checkIn = await verify(tx, body.checkIn);
  if (checkIn.iss !== body.patientId) throw invalid('It is another patient’s.');
  if (checkIn.body.authorityId !== iss) throw invalid('It is for another authority.');
  const apartMs = Math.abs(Date.parse(checkIn.body.at) - Date.parse(body.at));
  if (!(apartMs <= CHECK_IN_WINDOW_S * MS_PER_S)) throw invalid('It is of another time than the visit.');
  if (!isTimely(tx, checkIn)) return false;
  const used = usedCheckIns.at(body.patientId, checkIn.sid);
  if ((await tx.state.get(used)) !== undefined) throw invalid('Another visit has used it.');
  tx.state.put(used, { visitId });
  return true;
}

/**
 * What the patient says of the time is the patient's word; the transaction's time is not. So a code that was made for a
 * visit of long ago confirms nothing, and one that does not say when it was made neither.
 */
function isTimely(tx: Submission, { body, statement }: Verified<'checkIn'>): boolean {
  const atMs = Date.parse(body.at);
  const madeMs = statement.payload.iat * MS_PER_S;
  const saysWhenMade = Math.abs(madeMs - atMs) <= STATEMENT_MAX_SKEW_S * MS_PER_S;
  return saysWhenMade && tx.atMs - atMs <= CHECK_IN_MAX_AGE_S * MS_PER_S;
}

async function verify(tx: Submission, token: string): Promise<Verified<'checkIn'>> {
  try {
    const read = readAs(token, ['checkIn']);
    const { header, payload } = read.statement;
    const [answer] = await findSigners(tx, [{ iss: payload.iss, kid: header.kid }]);
    if (answer === undefined) throw new Error('A question about a signer was left unanswered.');
    return verifyAs(read, tx, answer);
  } catch (error) {
    if (error instanceof ContractError)
      throw new ContractError('CHECK_IN_INVALID', error.message, { reason: error.code });
    throw error;
  }
}

const invalid = (message: string): ContractError => new ContractError('CHECK_IN_INVALID', message);
