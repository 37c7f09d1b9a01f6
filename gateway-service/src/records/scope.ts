import {
  tagGroupsBy,
  termKey,
  type RecordOrigin,
  type ResourceKind,
  type ScopeTerm,
  type TagGroups,
} from '@careledger/domain';
import { kindsOf, ownKindsOf, type Bundle, type FhirResource } from '@careledger/fhir';
import { scopeTag } from '@careledger/envelope';
import { RecordError } from './errors.js';

/**
 * Tag groups of a record that this gateway makes: one for each kind of observation in it. Devices and provenance say where
 * observations come from and have no scope of their own.
 * @throws RecordError `TAG_GROUPS_OVERFLOW`: a tag that is left out would open the record to grants that do not cover it
 */
export const tagGroupsOf = (
  scopeKey: Uint8Array,
  bundle: Bundle,
  origin: Pick<RecordOrigin, 'recordId'>,
): TagGroups => tagGroupsOfKinds(scopeKey, ownKindsOf(bundle), origin);

/** The same of observations of these kinds. */
export function tagGroupsOfKinds(
  scopeKey: Uint8Array,
  kinds: readonly ResourceKind[],
  origin: Pick<RecordOrigin, 'recordId'> = {},
): TagGroups {
  const groups = tagGroupsBy(kinds, origin, tagsUnder(scopeKey));
  if (groups !== undefined) return groups;
  throw new RecordError(
    'TAG_GROUPS_OVERFLOW',
    'The record cannot say what it holds: too many kinds of resources, or too many tags of one',
  );
}

/** What a version by another author holds, as its own gateway would tag it. */
export interface FoundTags {
  readonly tagGroups: TagGroups;
  /** A resource in it names no category. */
  readonly isUncategorised: boolean;
}

/**
 * Tag groups of what another author wrote, of any resource types: one for each category and type, so that a grant of one of
 * a resource's categories does not open it. More than can be said is nothing: no grant with a scope covers it then.
 * @param origin by the ledger: nobody's word
 */
export function foundIn(scopeKey: Uint8Array, bundle: FhirResource, origin: RecordOrigin): FoundTags {
  const kinds = kindsOf(bundle);
  const isUncategorised = kinds.some(({ categories }) => categories.length === 0);
  return { tagGroups: tagGroupsBy(kinds, origin, tagsUnder(scopeKey)) ?? [], isUncategorised };
}

/** Whether an author's tags say the same, as far as the author could: nothing false, and no kind left out. */
export function isTrue(said: TagGroups, found: TagGroups): boolean {
  const isWithin = (part: readonly string[], whole: readonly string[]): boolean =>
    part.every((tag) => whole.includes(tag));
  return (
    found.every((whole) => said.some((part) => isWithin(part, whole))) &&
    said.every((part) => found.some((whole) => isWithin(part, whole)))
  );
}

/** The kinds of a record have most of their terms in common: each is tagged once. */
function tagsUnder(scopeKey: Uint8Array): (terms: readonly ScopeTerm[]) => string[] {
  const known = new Map<string, string>();
  const tagOf = (term: ScopeTerm): string => {
    const key = termKey(term);
    const tag = known.get(key) ?? scopeTag(scopeKey, term);
    known.set(key, tag);
    return tag;
  };
  return (terms) => terms.map(tagOf);
}
