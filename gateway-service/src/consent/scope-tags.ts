import type { ScopeTerm } from '@careledger/domain';
import { granteeTag, scopeTag, type GranteeTerms } from '@careledger/envelope';

/** Tag of one term of a grant's scope. */
export const tagOf = (scopeKey: Uint8Array, { category, resourceType }: ScopeTerm): string =>
  scopeTag(scopeKey, { category, resourceType });

/** Tag of one of those within an authority to whom a grant is narrowed. */
export const granteeTagOf = (scopeKey: Uint8Array, terms: GranteeTerms): string =>
  granteeTag(scopeKey, terms);
