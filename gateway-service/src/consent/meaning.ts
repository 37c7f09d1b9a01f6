import { utf8 } from '@careledger/crypto';
import { encryptTo, type GranteeTerms } from '@careledger/envelope';
import type { ScopeTerm } from '@careledger/domain';
import { SEALED_CONTEXT, type GrantMeaning, type GranteeMeaning } from '@careledger/protocol';
import { granteeTagOf, tagOf } from './scope-tags.js';

/** Within an authority: a unit, a role or a practitioner. */
export type GranteeTerm =
  { readonly unit: string } | { readonly role: string } | { readonly practitionerId: string };

/** A grant's scope and grantees in words, each with its tag. */
export function meaningOf(
  scopeKey: Uint8Array,
  grant: {
    readonly authorityId: string;
    readonly scope?: readonly ScopeTerm[] | undefined;
    readonly grantee?: readonly GranteeTerm[] | undefined;
    readonly note?: string | undefined;
  },
): GrantMeaning {
  const { authorityId, scope = [], grantee = [], note } = grant;
  return {
    v: 1,
    scope: scope.map(({ category, resourceType }) => ({
      category,
      resourceType,
      tag: tagOf(scopeKey, { category, resourceType }),
    })),
    grantee: grantee.map((term): GranteeMeaning => {
      const terms: GranteeTerms = { authorityId, ...term };
      return { ...term, tag: granteeTagOf(scopeKey, terms) };
    }),
    ...(note !== undefined && { note }),
  };
}

/** The meaning for the authority alone, as the grant carries it. */
export function sealMeaning(meaning: GrantMeaning, encryptionKey: Uint8Array): Promise<string> {
  return encryptTo(encryptionKey, utf8(JSON.stringify(meaning)), { context: SEALED_CONTEXT.grant });
}
