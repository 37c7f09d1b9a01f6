import { STATEMENTS, type AuthorityState } from '@careledger/contracts';
import type { SignatureVerifier } from '@careledger/crypto';
import { currentKey, isCurrentKid } from '@careledger/policy';
import { EMERGENCY_NOTICE_MAX_CHARS } from '@careledger/protocol';
import { checkStatement, readStatement, StatementError } from '@careledger/statements';
import { Value } from 'typebox/value';

/** An answer to a notice is not the authority's word that it has it. */
export class NoticeReceiptError extends Error {
  override readonly name = 'NoticeReceiptError';
  readonly code = 'NOTICE_RECEIPT_INVALID';
}

/**
 * Checks that an authority has signed, with the key that is its own now, that it has this very notice: a status says
 * nothing about who answered, nor about what.
 * @throws NoticeReceiptError
 */
export function checkNoticeReceipt(
  receipt: string,
  notice: string,
  expected: {
    readonly authority: AuthorityState;
    readonly networkId: string;
    readonly verifier: SignatureVerifier;
  },
): void {
  const { authority, networkId, verifier } = expected;
  const { typ, body: schema } = STATEMENTS.noticeReceipt;
  const { payload, hash } = readStatement(notice, { maxChars: EMERGENCY_NOTICE_MAX_CHARS });
  try {
    const { signingKeys, authorityId } = authority;
    const checked = checkStatement(receipt, {
      ...{ typ, audience: networkId, issuer: authorityId, verifier },
      publicKeyOf: (kid) => (isCurrentKid(signingKeys, kid) ? currentKey(signingKeys) : undefined),
    });
    const { body } = checked.payload;
    if (
      Value.Check(schema, body) &&
      body.patientId === payload.iss &&
      body.noticeSid === payload.sid &&
      body.noticeHash === hash
    )
      return;
  } catch (cause) {
    if (!(cause instanceof StatementError)) throw cause;
    throw new NoticeReceiptError(`${cause.code}: the receipt is not the authority’s`, { cause });
  }
  throw new NoticeReceiptError('The receipt is of another notice');
}
