import { STATEMENTS, type AuthorityState, type StatementBody } from '@careledger/contracts';
import { kidOf, type SignatureVerifier } from '@careledger/crypto';
import { keyAt } from '@careledger/policy';
import { EMERGENCY_NOTICE_MAX_CHARS } from '@careledger/protocol';
import { STATEMENT_MAX_SKEW_S, StatementError, checkStatement, readStatement } from '@careledger/statements';
import { Value } from 'typebox/value';

const MS_PER_S = 1_000;

/** What came as an acknowledgement is not the authority's word that somebody saw this notice. */
export class AcknowledgementError extends Error {
  override readonly name = 'AcknowledgementError';
  readonly code = 'ACKNOWLEDGEMENT_INVALID';
}

/**
 * Checks that an authority has signed, with the key that was its own by the ledger when it did, that somebody of it saw
 * this very notice: an answer says nothing about who made it, nor about what. Nobody saw a notice before it was made: a key
 * that was withdrawn by then signs none, however it dates it.
 * @throws AcknowledgementError
 */
export function checkAcknowledgement(
  acknowledgement: string,
  notice: string,
  expected: {
    readonly authority: AuthorityState;
    readonly networkId: string;
    readonly verifier: SignatureVerifier;
    readonly nowMs: number;
  },
): StatementBody<'acknowledgement'> {
  const { authority, networkId, verifier, nowMs } = expected;
  const { typ, body: schema } = STATEMENTS.acknowledgement;
  const { payload: noticed, hash } = readStatement(notice, { maxChars: EMERGENCY_NOTICE_MAX_CHARS });
  const { recordId, version } = noticed.body as StatementBody<'emergencyNotice'>;
  try {
    const { signingKeys, authorityId } = authority;
    const { iat, body } = checkStatement(acknowledgement, {
      ...{ typ, audience: networkId, issuer: authorityId, verifier },
      isBody: (value): value is StatementBody<'acknowledgement'> => Value.Check(schema, value),
      now: Math.floor(nowMs / MS_PER_S),
      publicKeyOf: (kid, { payload: { iat } }) => {
        const key = keyAt(signingKeys, iat * MS_PER_S) ?? keyAt(signingKeys, nowMs);
        return key !== undefined && kidOf('Ed25519', key) === kid ? key : undefined;
      },
    }).payload;
    const isOfThis =
      iat >= noticed.iat - STATEMENT_MAX_SKEW_S &&
      body.patientId === noticed.iss &&
      body.noticeSid === noticed.sid &&
      body.noticeHash === hash &&
      body.recordId === recordId &&
      body.version === version;
    if (isOfThis) return body;
  } catch (cause) {
    if (!(cause instanceof StatementError)) throw cause;
    throw new AcknowledgementError(`${cause.code}: the acknowledgement is not the authority’s`, { cause });
  }
  throw new AcknowledgementError('The acknowledgement is of another notice, or from before it');
}
