import { STATEMENTS, type StatementBody } from '@careledger/contracts';
import { type SignatureVerifier } from '@careledger/crypto';
import { CHANNELS } from '@careledger/domain';
import { StatementError, checkStatement, selfSigned } from '@careledger/statements';
import { ConsentError } from './errors.js';

/** Whether who appoints a key has it: otherwise nobody could decide for the patient afterwards. @throws ConsentError */
export function checkKeyProof(
  patientId: string,
  { newKey, newKeyProof }: Pick<StatementBody<'rotatePatientKey'>, 'newKey' | 'newKeyProof'>,
  expected: { readonly verifier: SignatureVerifier; readonly networkId: string; readonly nowMs: number },
): void {
  if (newKeyProof === undefined) throw refused('it carries no proof');
  const { verifier, networkId, nowMs } = expected;
  try {
    const { payload } = checkStatement(newKeyProof, {
      ...{ typ: STATEMENTS.keyProof.typ, issuer: patientId, audience: networkId, verifier },
      publicKeyOf: selfSigned(newKey),
      now: Math.floor(nowMs / 1_000),
    });
    const { subject, key } = payload.body;
    const isForAll = CHANNELS.every((channel) => payload.channels.includes(channel));
    if (subject !== patientId || key !== newKey || !isForAll)
      throw refused('its proof is about something else');
  } catch (cause) {
    if (!(cause instanceof StatementError)) throw cause;
    throw refused(`${cause.code}: ${cause.message}`, cause);
  }
}

const refused = (why: string, cause?: unknown): ConsentError =>
  new ConsentError('CONSENT_STATEMENT_REFUSED', `The new key is not proved: ${why}`, { cause });
