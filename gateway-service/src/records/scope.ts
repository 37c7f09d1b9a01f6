import type { Bundle } from '@careledger/fhir';
import { SCOPE_TAGS_MAX } from '@careledger/domain';
import { granteeTag, scopeTag, type GranteeTerms } from '@careledger/envelope';
import type { ScopeTerm } from '@careledger/domain';

/** Stands for any category or resource type in a grant's scope. */
export const ANY = '*';
const RESOURCE_TYPE = 'Observation';

/** Tag of one term of a grant's scope. */
export const tagOf = (scopeKey: Uint8Array, { category, resourceType }: ScopeTerm): string =>
  scopeTag(scopeKey, { category, resourceType });

/** Tag of one of those within an authority to whom a grant is narrowed. */
export const granteeTagOf = (scopeKey: Uint8Array, terms: GranteeTerms): string =>
  granteeTag(scopeKey, terms);

/**
 * Tags of a record: its observations' categories, each as itself and under the wildcards that a grant may use. A grant
 * covers the record when they share one.
 */
export function recordTags(scopeKey: Uint8Array, bundle: Bundle): string[] {
  const terms: ScopeTerm[] = [
    { category: ANY, resourceType: ANY },
    { category: ANY, resourceType: RESOURCE_TYPE },
  ];
  for (const category of categoriesOf(bundle)) {
    terms.push({ category, resourceType: RESOURCE_TYPE }, { category, resourceType: ANY });
  }
  return terms.slice(0, SCOPE_TAGS_MAX).map((term) => tagOf(scopeKey, term));
}

function categoriesOf({ entry }: Bundle): string[] {
  const codes = new Set<string>();
  for (const { resource } of entry) {
    if (resource.resourceType !== RESOURCE_TYPE) continue;
    for (const { coding } of resource.category) for (const { code } of coding) codes.add(code);
  }
  return [...codes].sort();
}
