import { entryHashOf, entryNameOf } from '@careledger/fhir';
import { isObject, objectsOf, type Json } from './json.js';

/** An entry of a record's Bundle. */
export interface RecordEntry {
  /** Hash of its name, as its id has it. */
  readonly entry: string;
  /** By which other entries refer to it. */
  readonly names: readonly string[];
  readonly resource: Json;
}

/** Where a reference leads within the record. */
export interface RecordLink {
  /** As its author wrote it. */
  readonly reference: string;
  readonly resourceType: string;
  readonly entry: string;
}

/** Elements that refer to other entries. */
export const REFERRING = ['reference', 'url'] as const;

/** @param bundle of `exactJson` */
export const entriesOf = (bundle: Json): RecordEntry[] => objectsOf(bundle['entry']).flatMap(recordEntry);

/** Entries of one record by their names; the first of those that share one. */
export type NamedEntries = ReadonlyMap<string, RecordEntry>;

/** Made once for a record: it may have thousands of entries, and each as many references. */
export const entriesByName = (entries: readonly RecordEntry[]): NamedEntries =>
  new Map(entries.flatMap((entry) => entry.names.map((name) => [name, entry] as const)).reverse());

/** What a resource refers to within its record. */
export function linksOf(resource: Json, entries: NamedEntries): RecordLink[] {
  return [...new Set(referencesIn(resource))].flatMap((reference): RecordLink[] => {
    const target = entries.get(reference);
    const resourceType = target?.resource['resourceType'];
    return target === undefined || typeof resourceType !== 'string'
      ? []
      : [{ reference, resourceType, entry: target.entry }];
  });
}

function recordEntry(item: Json, index: number): RecordEntry[] {
  const { fullUrl, resource } = item;
  if (!isObject(resource)) return [];
  const { id, resourceType } = resource;
  const names = [fullUrl, typeof id === 'string' && `${String(resourceType)}/${id}`];
  return [
    {
      entry: entryHashOf(entryNameOf(item, index)),
      names: names.filter((name): name is string => typeof name === 'string'),
      resource,
    },
  ];
}

function referencesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (!isObject(value)) return [];
  const own = REFERRING.map((name) => value[name]).filter((item) => typeof item === 'string');
  return [...own, ...Object.values(value).flatMap(referencesIn)];
}
