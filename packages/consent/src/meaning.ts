import { utf8, type HashFunction, type HmacFunction } from '@careledger/crypto/portable';
import { termIn, type ScopeTerm } from '@careledger/domain';
import { granteeTagBy, scopeTagBy, sealToOne } from '@careledger/envelope/portable';
import {
  SEALED_CONTEXT,
  type CopyUnit,
  type GrantMeaning,
  type GranteeMeaning,
} from '@careledger/protocol/sealed';

/** Within an authority: a unit, a role or a practitioner. */
export type GranteeTerm =
  { readonly unit: string } | { readonly role: string } | { readonly practitionerId: string };

/** Which records, and whom within the authority, in words. */
export interface MeaningTerms {
  readonly authorityId: string;
  /** None: every record of the patient. */
  readonly scope?: readonly ScopeTerm[] | undefined;
  /** None: anybody within the authority. */
  readonly grantee?: readonly GranteeTerm[] | undefined;
  /** Of the copy that it may keep. */
  readonly copy?: CopyUnit | undefined;
  readonly note?: string | undefined;
}

/** Tag of one of those within an authority to whom a grant is narrowed. */
const granteeTagOf = (
  hmac: HmacFunction,
  scopeKey: Uint8Array,
  authorityId: string,
  term: GranteeTerm,
): string => granteeTagBy(hmac, scopeKey, { authorityId, ...term });

/** A grant's scope and grantees in words, each with its tag. */
export function meaningOf(
  hmac: HmacFunction,
  scopeKey: Uint8Array,
  { authorityId, scope = [], grantee = [], copy, note }: MeaningTerms,
): GrantMeaning {
  return {
    v: 1,
    scope: scope.map((term) => ({ ...termIn(term), tag: scopeTagBy(hmac, scopeKey, term) })),
    grantee: grantee.map((term): GranteeMeaning => ({
      ...term,
      tag: granteeTagOf(hmac, scopeKey, authorityId, term),
    })),
    ...(copy !== undefined && { copy: { unit: copy.unit, salt: copy.salt } }),
    ...(note !== undefined && { note }),
  };
}

/**
 * What an authority is told of a rule. Of a denial only whom it means, since nobody else can apply that: what is hidden from
 * an authority is not told to it.
 */
export const toldOf = (effect: 'deny' | undefined, meaning: GrantMeaning): GrantMeaning =>
  effect === 'deny' ? { v: 1, scope: [], grantee: meaning.grantee } : meaning;

/** The meaning for the authority alone, as the grant carries it. @throws EnvelopeError `RECIPIENT_KEY_INVALID` */
export function sealMeaning(
  meaning: GrantMeaning,
  encryptionKey: Uint8Array,
  hash: HashFunction,
): Promise<string> {
  return sealToOne(encryptionKey, utf8(JSON.stringify(meaning)), { context: SEALED_CONTEXT.grant, hash });
}
