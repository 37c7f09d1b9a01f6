import { fromBase64url, jwkThumbprint } from '@careledger/crypto/portable';
import type { JsonObject } from '@careledger/crypto/portable';
import type { RecoveryRole } from '@careledger/domain';
import { StatementError, parseStatement } from '@careledger/statements/portable';
import { ChainError } from '../errors.js';
import { STATEMENT_TYP, readStatement } from './statement.js';
import type { Recoverers, Verification } from './statement.js';

/** Statements of a recovery in a rekey block: the word that opened it, the word that confirmed it, the takeover. */
export const STATEMENTS_PER_TAKEOVER = 3;

/** An organisation's word for a key, as far as it could be checked. */
interface Vouching {
  readonly issuer: string;
  /** Undefined where the verifier knows no organisations that vouch: the signature was not looked at. */
  readonly role: RecoveryRole | undefined;
  readonly sid: string;
  readonly body: JsonObject;
}

/** What a recovery in a chain is about. */
interface Recovered {
  readonly patientId: string;
  readonly network: string;
  /** In force before it, raw, base64url. */
  readonly consentKey: string;
}

/** Whether a recovery begins with this statement of a rekey block. */
export function isVouching(token: string): boolean {
  try {
    return parseStatement(token).header.typ === STATEMENT_TYP.vouching;
  } catch (error) {
    if (!(error instanceof StatementError)) throw error;
    return false;
  }
}

/**
 * The consent key that a recovery put into force: two organisations said that it is the patient's, for one recovery, and
 * the key itself took over by it. The key before it signed nothing. Whether the organisations did sign is checked where
 * the verifier has their keys ({@link Verification.recoverers}); that 24 h lay between, and that nobody objected, is
 * known to the ledgers alone.
 * @param statements exactly three
 * @throws ChainError `REKEY_UNPROVEN`
 */
export function keyTakenOver(
  statements: readonly string[],
  state: Recovered,
  height: number,
  options: Verification,
): string {
  const unproven = (why: string): ChainError =>
    new ChainError('REKEY_UNPROVEN', `The recovery in block ${height}: ${why}`);
  const [first, second, last] = statements;
  if (first === undefined || second === undefined || last === undefined)
    throw unproven('it is two words for a key, and the statement by which that takes over');
  const read = (token: string): Vouching => {
    const vouching = readVouching(token, state, options);
    if (typeof vouching === 'string') throw unproven(vouching);
    return vouching;
  };
  const [opening, confirming] = [read(first), read(second)];
  const { newKey } = opening.body;
  if (typeof newKey !== 'string') throw unproven('it names no new key');
  if (opening.issuer === confirming.issuer) throw unproven('one organisation vouches twice');
  if (opening.role !== undefined && opening.role === confirming.role)
    throw unproven('both organisations have the same role');
  if (opening.body.confirms !== undefined || confirming.body.confirms !== opening.sid)
    throw unproven('the second word does not confirm the first');
  if (confirming.body.newKey !== newKey || confirming.body.reason !== opening.body.reason)
    throw unproven('the two words are about different keys, or have different reasons');
  if (newKey === state.consentKey) throw unproven('the key is in force already');
  const { patientId: issuer, network } = state;
  const expected = { typ: STATEMENT_TYP.takeover, issuer, network, key: newKey };
  const takeover = readStatement(last, expected, options);
  if ('fault' in takeover) throw unproven(takeover.fault);
  if (takeover.body.newKey !== newKey || takeover.body.recoveryId !== opening.sid)
    throw unproven('the takeover is by another recovery');
  return newKey;
}

/** @returns why it is none, in words */
function readVouching(
  token: string,
  { patientId, network }: Recovered,
  options: Verification,
): Vouching | string {
  let statement: ReturnType<typeof parseStatement>;
  try {
    statement = parseStatement(token);
  } catch (error) {
    if (!(error instanceof StatementError)) throw error;
    return error.message;
  }
  const { header, payload } = statement;
  const { iss: issuer, aud, sid, body } = payload;
  if (header.typ !== STATEMENT_TYP.vouching || aud !== network || body.patientId !== patientId)
    return 'a word in it is about something else than a key of this patient';
  if (options.recoverers === undefined) return { issuer, role: undefined, sid, body };
  const organisation = organisationOf(options.recoverers, issuer);
  if (organisation === undefined) return `${issuer} is none of the organisations that vouch`;
  const key = organisation.keys.find(
    (each) => header.kid === jwkThumbprint('Ed25519', fromBase64url(each), options.hash),
  );
  if (key === undefined) return `${issuer} has another key`;
  const read = readStatement(token, { typ: STATEMENT_TYP.vouching, issuer, network, key }, options);
  return 'fault' in read ? read.fault : { issuer, role: organisation.role, sid, body: read.body };
}

const organisationOf = (recoverers: Recoverers, issuer: string): Recoverers[string] | undefined =>
  Object.hasOwn(recoverers, issuer) ? recoverers[issuer] : undefined;
