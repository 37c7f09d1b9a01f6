import { tellingResources, type FhirResource } from '@careledger/fhir';
import {
  SCOPE_TAGS_MAX,
  TAG_GROUPS_MAX,
  tagGroupsBy,
  termKey,
  timestampOf,
  type Period,
  type RecordOrigin,
  type ResourceKind,
  type TagGroups,
} from '@careledger/domain';
import type { ScopeMeaning } from '@careledger/protocol';
import { problem } from '../problems.js';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The tag groups of a record that holds these kinds: of each kind every known tag by which it can be granted, equal groups
 * once. Undefined where a kind has none: then no groups can say what the record holds.
 * @throws ProblemError TOO_MANY_TAGS: nothing is left out
 */
export function describedBy(
  kinds: readonly ResourceKind[],
  origin: RecordOrigin,
  known: readonly ScopeMeaning[],
): TagGroups | undefined {
  const byTerm = Map.groupBy(known, termKey);
  let isUnknown = false;
  const groups = tagGroupsBy(kinds, origin, (terms) => {
    const tags = terms.flatMap((term) => byTerm.get(termKey(term)) ?? []).map(({ tag }) => tag);
    isUnknown ||= tags.length === 0;
    return tags;
  });
  if (isUnknown) return undefined;
  if (groups !== undefined) return groups;
  throw problem(
    'TOO_MANY_TAGS',
    `The bundle holds more than ${TAG_GROUPS_MAX} kinds of resources, or is known by more than ${SCOPE_TAGS_MAX} tags for ` +
      'one: name a scope, or write several',
  );
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
