import type { FhirResource } from '@careledger/fhir';
import { SCOPE_TAGS_MAX } from '@careledger/contracts';
import { timestampOf, type Period } from '@careledger/domain';
import type { ScopeMeaning } from '@careledger/protocol';

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** Resources that describe the others and need no scope of their own. */
const SUPPORTING: ReadonlySet<string> = new Set([
  'Device',
  'Organization',
  'Patient',
  'Practitioner',
  'PractitionerRole',
  'Provenance',
]);
/** Any. */
const ANY = '*';

/** What one resource is, in the words of scopes. */
export interface ResourceTerms {
  readonly resourceType: string;
  /** Codes of its `category`. */
  readonly categories: readonly string[];
}

/** The bundle's resources, supporting ones left out. */
export function termsOf(bundle: FhirResource): ResourceTerms[] {
  return resourcesOf(bundle)
    .filter(({ resourceType }) => !SUPPORTING.has(resourceType))
    .map(({ resourceType, category }) => ({
      resourceType,
      categories: [category]
        .flat()
        .flatMap((concept) => listOf(isObject(concept) ? concept['coding'] : undefined))
        .flatMap((coding) =>
          isObject(coding) && typeof coding['code'] === 'string' ? [coding['code']] : [],
        ),
    }));
}

/** Whether a scope in words covers a resource. */
export const covers = (
  { category, resourceType }: Pick<ScopeMeaning, 'category' | 'resourceType'>,
  resource: ResourceTerms,
): boolean =>
  (resourceType === ANY || resourceType === resource.resourceType) &&
  (category === ANY || resource.categories.includes(category));

/**
 * The tags that a record of these resources carries: every known one that covers any of them. Undefined where a resource
 * is covered by none: the grant does not reach that far.
 */
export function tagsFor(
  resources: readonly ResourceTerms[],
  known: readonly ScopeMeaning[],
): string[] | undefined {
  const tags = new Set<string>();
  for (const resource of resources) {
    const covering = known.filter((scope) => covers(scope, resource));
    if (covering.length === 0) return undefined;
    for (const { tag } of covering) tags.add(tag);
  }
  return [...tags].slice(0, SCOPE_TAGS_MAX);
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
  const resources = resourcesOf(bundle).filter(({ resourceType }) => !SUPPORTING.has(resourceType));
  const timesMs = resources.flatMap((resource) => {
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

function resourcesOf(bundle: FhirResource): FhirResource[] {
  return listOf(bundle['entry']).flatMap((entry) =>
    isObject(entry) && isObject(entry['resource']) ? [entry['resource'] as FhirResource] : [],
  );
}
