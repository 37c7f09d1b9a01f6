import type { DelegatedAct, StatementBody } from '@careledger/contracts';
import { utf8, type HashFunction } from '@careledger/crypto/portable';
import type { Permission, PurposeOfUse } from '@careledger/domain';
import { sealToOne } from '@careledger/envelope/portable';
import { SEALED_CONTEXT, type DelegateName, type ScopeMeaning } from '@careledger/protocol/sealed';
import { detailWords, recordsWords } from './scope-words.js';
import { PERMISSION_WORDS, PURPOSE_WORDS, assertSame, list } from './words.js';

/** What somebody may decide for a patient, in words. */
export interface DelegationTerms {
  readonly kind: StatementBody<'delegate'>['kind'];
  readonly acts: readonly DelegatedAct[];
  readonly permissions: readonly Permission[];
  readonly purposes: readonly PurposeOfUse[];
  /** None: every record of the patient. */
  readonly scope: readonly ScopeMeaning[];
  /** With the single measured values. */
  readonly detail?: true | undefined;
  readonly until: string;
  /** How many others may follow in a row. */
  readonly further: number;
}

const ACT_WORDS: Readonly<Record<DelegatedAct, string>> = {
  approve: 'answer what authorities ask me for (the cloud providers take its word that somebody asked)',
  grant: 'grant what nobody has asked for',
  deny: 'deny',
  revoke: 'end what it granted or denied',
};

/**
 * A delegation as its statement says it.
 * @param made `key` of the delegate (raw, base64url) with its proof; `path` of who appoints, where that is a delegate
 */
export function delegateBody(
  { kind, acts, permissions, purposes, scope, detail, until, further }: DelegationTerms,
  made: Pick<StatementBody<'delegate'>, 'policySeq' | 'key' | 'keyProof' | 'sealed' | 'path'>,
): StatementBody<'delegate'> {
  const { policySeq, key, keyProof, sealed, path } = made;
  return {
    ...{ policySeq, kind, key, acts: [...acts], permissions: [...permissions], purposes: [...purposes] },
    ...{ scopeTags: scope.map(({ tag }) => tag), until, further, keyProof },
    ...(detail !== undefined && { detail }),
    ...(sealed !== undefined && { sealed }),
    ...(path !== undefined && { path }),
  };
}

/**
 * What a patient, or a delegate, signs who appoints somebody.
 * @param said the name that the patient gives, and the words behind the tags. @throws RangeError where they do not stand for the tags
 */
export function delegationSentence(
  body: StatementBody<'delegate'>,
  { name, scope }: { readonly name: string; readonly scope: readonly ScopeMeaning[] },
): string {
  assertSame(
    body.scopeTags,
    scope.map(({ tag }) => tag),
  );
  const { kind, key, acts, permissions, purposes, detail, until, further } = body;
  const may =
    acts.length === 0
      ? 'decide nothing'
      : list(
          acts.map((act) => ACT_WORDS[act]),
          'and',
        );
  const others =
    further === 0
      ? 'It may appoint nobody else.'
      : `It may appoint others within this, up to ${further} in a row.`;
  return [
    `I let “${name}” decide for me as my ${kind}, with the key ${key}, until ${until}: it may ${may},`,
    `about ${recordsWords(scope)}${detailWords(detail)}, to ${list(
      permissions.map((permission) => PERMISSION_WORDS[permission]),
      'and',
    )},`,
    `for ${list(
      purposes.map((purpose) => PURPOSE_WORDS[purpose]),
      'and',
    )}. ${others}`,
    'It may not change my keys, nor end what I granted or denied myself. What I decide myself wins.',
    `This is decision number ${body.policySeq} of whoever signs it.`,
  ].join(' ');
}

/** The end of a delegation. */
export function endSentence({ delegationId, endGrants, policySeq }: StatementBody<'endDelegation'>): string {
  const rest = endGrants
    ? 'What was granted by it ENDS as well; what was denied stays.'
    : 'What was granted by it stays until I end it.';
  return (
    `The delegation ${delegationId} ends now and for good, and with it those that it has made: nobody decides for me by ` +
    `them any more. ${rest} This is decision number ${policySeq} of whoever signs it.`
  );
}

/** Who it is, for the patient alone. @throws EnvelopeError `RECIPIENT_KEY_INVALID` */
export function sealDelegateName(
  name: string,
  encryptionKey: Uint8Array,
  hash: HashFunction,
): Promise<string> {
  const said: DelegateName = { v: 1, name };
  return sealToOne(encryptionKey, utf8(JSON.stringify(said)), { context: SEALED_CONTEXT.delegate, hash });
}
