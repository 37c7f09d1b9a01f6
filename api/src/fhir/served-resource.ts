import { patientResourceIdOf, resourceIdOf, type ResourceRef } from '@careledger/fhir';
import { isObject, mapObjects, without, type Json } from '../resources/json.js';
import { byResourceId } from './patient-references.js';
import { REFERRING, type RecordLink } from '../resources/record-entries.js';
import { isServed } from './table.js';

/** As the ledger has the version of the record to which something belongs. */
export interface ServedVersion {
  readonly version: number;
  /** RFC 3339. */
  readonly storedAt: string;
}

/**
 * A resource as a FHIR server shows it. Numbers, dates and texts are as their author wrote them. Its own are `id`,
 * `meta.versionId` and `meta.lastUpdated`, and where references within the record lead to: `Type/id` of this server.
 */
export function servedResource(
  resource: Json,
  ref: ResourceRef,
  { links, ...version }: ServedVersion & { readonly links: readonly RecordLink[] },
): Json {
  const places = new Map(links.flatMap((link) => placeOf(link, ref)));
  const led = mapObjects(resource, (value) => byResourceId(withPlaces(value, places))) as Json;
  return withMeta(led, ref, version);
}

/** With the id and the meta of the server. */
export function withMeta(
  { resourceType, meta, ...elements }: Json,
  ref: ResourceRef,
  { version, storedAt }: ServedVersion,
): Json {
  const own = { versionId: String(version), lastUpdated: storedAt };
  return {
    ...{ resourceType, id: resourceIdOf(ref), meta: { ...(isObject(meta) && meta), ...own } },
    ...without(elements, 'id'),
  };
}

function placeOf(
  { reference, resourceType, entry }: RecordLink,
  { patientId, recordId }: ResourceRef,
): [string, string][] {
  if (!isServed(resourceType)) return [];
  const id =
    resourceType === 'Patient'
      ? patientResourceIdOf(patientId)
      : resourceIdOf({ patientId, recordId, entry });
  return [[reference, `${resourceType}/${id}`]];
}

function withPlaces(object: Json, places: ReadonlyMap<string, string>): Json {
  const led = REFERRING.flatMap((name) => {
    const place = places.get(String(object[name]));
    return typeof object[name] === 'string' && place !== undefined ? [[name, place]] : [];
  });
  return led.length === 0 ? object : { ...object, ...Object.fromEntries(led) };
}
