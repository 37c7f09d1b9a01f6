import { exactJson } from '@careledger/crypto/portable';
import type { Period, ResourceKind } from '@careledger/domain';
import { entryHashOf, entryNameOf, isSupporting, kindsOf, type FhirResource } from '@careledger/fhir';
import type { Json } from '../resources/json.js';
import {
  entriesByName,
  entriesOf,
  linksOf,
  type NamedEntries,
  type RecordLink,
} from '../resources/record-entries.js';
import { referencesByParameter } from '../resources/reference-parameters.js';
import { dateSpan, type Span } from './date-span.js';

/** What is kept of one resource of a record. */
export interface ResourceRow {
  /** Place of its entry in the record's bundle, from 0. */
  readonly entry: number;
  /** Hash of its entry's name, as the resource's id has it. */
  readonly entryHash: string;
  /** What it refers to within its record. */
  readonly links: readonly RecordLink[];
  /** The same by search parameter, with the hash of the name of what it leads to; each once. */
  readonly refersTo: readonly { readonly parameter: string; readonly entry: string }[];
  readonly resourceType: string;
  /** FHIR R4 JSON, its numbers as they were written. */
  readonly json: string;
  /** For tokens that are for some kinds of resource. */
  readonly kinds: readonly ResourceKind[];
  /** By which it is found: `system|code` and `code`. */
  readonly codes: readonly string[];
  readonly categories: readonly string[];
  readonly statuses: readonly string[];
  /** Of which time it tells. */
  readonly span: Span;
}

/** Elements that say when, in R4; the first that a resource has counts. */
const WHEN = [
  'effectiveDateTime',
  'effectivePeriod',
  'effectiveInstant',
  'performedDateTime',
  'performedPeriod',
  'occurrenceDateTime',
  'occurrencePeriod',
  'period',
  'date',
  'authoredOn',
  'onsetDateTime',
  'onsetPeriod',
  'recordedDate',
  'issued',
  'recorded',
];
/** Elements that say what a resource is. */
const WHAT = ['code', 'type', 'medicationCodeableConcept', 'vaccineCode'];

/**
 * The resources of a record, each as it is found and shown by itself. A Patient is left out: of the patient there is the pseudonym
 * alone.
 * @param json that was checked: a bundle of a record
 * @param period of the record, for what does not say its own time
 */
export function rowsOfRecord(json: string, period: Period): ResourceRow[] {
  const bundle = exactJson(json) as FhirResource;
  const entries = (bundle['entry'] ?? []) as { readonly resource: FhirResource }[];
  const named = entriesByName(entriesOf(bundle as Json));
  return entries.flatMap((entry, index): ResourceRow[] => {
    const { resource } = entry;
    // In its bundle, whose labels are its own as well.
    const told = kindsOf({ ...bundle, entry: [entry] });
    const kinds = isSupporting(resource.resourceType) ? [kindAlone(resource.resourceType), ...told] : told;
    if (kinds.length === 0 || resource.resourceType === 'Patient') return [];
    const what = WHAT.find((element) => resource[element] !== undefined);
    return [
      {
        entry: index,
        entryHash: entryHashOf(entryNameOf(entry, index)),
        links: linksOf(resource as Json, named),
        refersTo: refersTo(resource as Json, named),
        resourceType: resource.resourceType,
        json: JSON.stringify(resource),
        kinds,
        codes: what === undefined ? [] : tokensOf(resource[what]),
        categories: tokensOf(resource['category']),
        statuses: typeof resource['status'] === 'string' ? [resource['status']] : [],
        span: spanOf(resource) ?? { fromMs: Date.parse(period.start), toMs: Date.parse(period.end) },
      },
    ];
  });
}

/** What only describes others (devices, persons) is of its type alone: whoever's token is for that may see it. */
const kindAlone = (resourceType: string): ResourceKind => ({
  ...{ resourceType, categories: [], labels: [], codes: [], mentions: [] },
  ...{ practitioners: [], encounters: [] },
});

function refersTo(resource: Json, named: NamedEntries): ResourceRow['refersTo'] {
  const all = referencesByParameter(resource).flatMap(({ parameter, reference }) => {
    const entry = named.get(reference)?.entry;
    return entry === undefined ? [] : [{ parameter, entry }];
  });
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
}

/** Of one or several CodeableConcepts. */
function tokensOf(concepts: unknown): string[] {
  const codings = [concepts ?? []]
    .flat()
    .flatMap((concept) => (concept as { readonly coding?: readonly unknown[] }).coding ?? []);
  const tokens = codings.flatMap((coding) => {
    const { system, code } = coding as { readonly system?: unknown; readonly code?: unknown };
    if (typeof code !== 'string') return [];
    return typeof system === 'string' ? [code, `${system}|${code}`] : [code];
  });
  return [...new Set(tokens)];
}

function spanOf(resource: FhirResource): Span | undefined {
  for (const element of WHEN) {
    const value = resource[element];
    if (typeof value === 'string') return dateSpan(value);
    if (typeof value !== 'object' || value === null) continue;
    const { start, end } = value as { readonly start?: unknown; readonly end?: unknown };
    const [from, to] = [start, end].map((text) => (typeof text === 'string' ? dateSpan(text) : undefined));
    if (from !== undefined || to !== undefined)
      return { fromMs: from?.fromMs ?? BEGINNING_MS, toMs: to?.toMs ?? END_MS };
  }
  return undefined;
}

/** A period without a start, or an end, has begun at any time and goes on. */
const BEGINNING_MS = Date.parse('0001-01-01T00:00:00Z');
const END_MS = Date.parse('9999-12-31T23:59:59Z');
