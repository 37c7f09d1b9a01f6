import { tellingResources, type FhirResource, type ResourceKind } from '@careledger/fhir';
import { SCOPE_TAGS_MAX, TAG_GROUPS_MAX, timestampOf, type Period, type TagGroups } from '@careledger/domain';
import type { ScopeMeaning } from '@careledger/protocol';
import { problem } from '../problems.js';

/** Any. */
const ANY = '*';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether a scope in words covers a kind of resource. */
const covers = (
  { category, resourceType }: Pick<ScopeMeaning, 'category' | 'resourceType'>,
  kind: ResourceKind,
): boolean =>
  (resourceType === ANY || resourceType === kind.resourceType) &&
  (category === ANY || category === kind.category);

/**
 * The tag groups of a record that holds these kinds: of each kind every known tag by which it can be granted, equal groups
 * once. Undefined where a kind has none: then no groups can say what the record holds.
 * @throws ProblemError TOO_MANY_TAGS: nothing is left out
 */
export function describedBy(
  kinds: readonly ResourceKind[],
  known: readonly ScopeMeaning[],
): TagGroups | undefined {
  const groups = new Map<string, string[]>();
  for (const kind of kinds) {
    const tags = new Set(known.filter((scope) => covers(scope, kind)).map(({ tag }) => tag));
    if (tags.size === 0) return undefined;
    if (tags.size > SCOPE_TAGS_MAX)
      throw problem(
        'TOO_MANY_TAGS',
        `${tags.size} tags are known for ${kind.resourceType}; a record takes ${SCOPE_TAGS_MAX} for each kind: name a scope`,
      );
    const group = [...tags].sort();
    groups.set(group.join(' '), group);
  }
  if (groups.size > TAG_GROUPS_MAX)
    throw problem(
      'TOO_MANY_TAGS',
      `The bundle holds ${groups.size} kinds of resources; a record takes ${TAG_GROUPS_MAX}: write several`,
    );
  return [...groups.values()];
}

/** R4 elements that say when a resource's matter was, as text or as a Period. */
const TIMES = [
  'effectiveDateTime',
  'effectiveInstant',
  'effectivePeriod',
  'performedDateTime',
  'performedPeriod',
];
const FALLBACK_TIMES = [
  'occurrenceDateTime',
  'authoredOn',
  'onsetDateTime',
  'recordedDate',
  'issued',
  'date',
];

/** The span of what the bundle tells of, half-open; `nowMs` where it tells of no time. */
export function periodOf(bundle: FhirResource, nowMs: number): Period {
  const timesMs = tellingResources(bundle).flatMap((resource) => {
    const own = TIMES.flatMap((element) => timesIn(resource[element]));
    return own.length > 0 ? own : FALLBACK_TIMES.flatMap((element) => timesIn(resource[element]));
  });
  const startMs = timesMs.reduce((least, timeMs) => Math.min(least, timeMs), timesMs[0] ?? nowMs);
  const lastMs = timesMs.reduce((most, timeMs) => Math.max(most, timeMs), startMs);
  return { start: timestampOf(startMs), end: timestampOf(lastMs + 1) };
}

function timesIn(value: unknown): number[] {
  if (isObject(value)) return [...timesIn(value['start']), ...timesIn(value['end'])];
  if (typeof value !== 'string') return [];
  const timeMs = Date.parse(value);
  return Number.isNaN(timeMs) ? [] : [timeMs];
}
