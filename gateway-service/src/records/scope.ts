import { SCOPE_TAGS_MAX, TAG_GROUPS_MAX, type ScopeTerm, type TagGroups } from '@careledger/domain';
import { grantedCategories, kindsOf, type Bundle, type FhirResource } from '@careledger/fhir';
import { scopeTag } from '@careledger/envelope';
import { RecordError } from './errors.js';

/** Stands for any category or resource type in a grant's scope. */
export const ANY = '*';
const RESOURCE_TYPE = 'Observation';

/**
 * Tag groups of a record: one for each kind of observation in it, told apart by its categories, each as itself and under
 * the wildcards that a grant may use. Devices and provenance say where observations come from and have no scope of their
 * own.
 * @throws RecordError `TAG_GROUPS_OVERFLOW`: a tag that is left out would open the record to grants that do not cover it
 */
export const tagGroupsOf = (scopeKey: Uint8Array, bundle: Bundle): TagGroups =>
  tagGroupsOfKinds(scopeKey, categoriesIn(bundle));

/** The same of observations of these categories, each sorted. */
export function tagGroupsOfKinds(
  scopeKey: Uint8Array,
  categoriesOfEach: readonly (readonly string[])[],
): TagGroups {
  const kinds = new Map<string, readonly string[]>();
  for (const categories of categoriesOfEach) kinds.set(JSON.stringify(categories), categories);
  return taggedGroups(
    scopeKey,
    [...kinds.keys()].sort().map((kind) => termsOf(kinds.get(kind) ?? [])),
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
 * a resource's categories does not open it. More kinds than can be said are none: no grant with a scope covers it then.
 */
export function foundIn(scopeKey: Uint8Array, bundle: FhirResource): FoundTags {
  const kinds = kindsOf(bundle);
  const isUncategorised = kinds.some(({ category }) => category === null);
  if (kinds.length > TAG_GROUPS_MAX) return { tagGroups: [], isUncategorised };
  const groups = kinds.map(({ category, resourceType }) =>
    termsOf(category === null ? [] : [category], resourceType),
  );
  return { tagGroups: taggedGroups(scopeKey, groups).toSorted(byFirst), isUncategorised };
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

const byFirst = ([a = '']: readonly string[], [b = '']: readonly string[]): number => (a < b ? -1 : 1);

/** @throws RecordError `TAG_GROUPS_OVERFLOW` */
function taggedGroups(scopeKey: Uint8Array, groups: readonly (readonly ScopeTerm[])[]): TagGroups {
  if (groups.length > TAG_GROUPS_MAX)
    throw overflow(`${groups.length} kinds of resources, ${TAG_GROUPS_MAX} are the limit`);
  const most = Math.max(0, ...groups.map((terms) => terms.length));
  if (most > SCOPE_TAGS_MAX) throw overflow(`a resource with ${most} tags, ${SCOPE_TAGS_MAX} are the limit`);
  return groups.map((terms) => terms.map((term) => scopeTag(scopeKey, term)));
}

/** Of each observation, sorted, each once. */
function categoriesIn({ entry }: Bundle): string[][] {
  return entry.flatMap(({ resource }) => {
    if (resource.resourceType !== RESOURCE_TYPE) return [];
    return [grantedCategories(resource)];
  });
}

/** Every term by which such a resource can be granted. */
function termsOf(categories: readonly string[], resourceType = RESOURCE_TYPE): ScopeTerm[] {
  return [ANY, ...categories].flatMap((category) => [
    { category, resourceType: ANY },
    { category, resourceType },
  ]);
}

const overflow = (what: string): RecordError =>
  new RecordError('TAG_GROUPS_OVERFLOW', `The record cannot say what it holds: ${what}`);
