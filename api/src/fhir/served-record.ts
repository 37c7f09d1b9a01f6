import { exactJson } from '@careledger/crypto';
import {
  entryHashOf,
  entryNameOf,
  patientResourceIdOf,
  resourceIdOf,
  type ResourceRef,
} from '@careledger/fhir';
import { isObject, mapObjects, objectsOf, without, type Json } from './json.js';
import { byResourceId } from './patient-references.js';
import { isServed } from './table.js';

/** A version of a record, opened: as its author wrote it, and as the ledger has it. */
export interface OpenedVersion {
  /** FHIR R4 JSON. */
  readonly json: string;
  readonly version: number;
  /** Of the ledger, RFC 3339. */
  readonly storedAt: string;
}

interface ServedEntry {
  readonly entry: string;
  readonly names: readonly string[];
  readonly resource: Json;
}

/**
 * What a FHIR server shows of a record. Numbers, dates and texts are as their author wrote them. Its own are `id`,
 * `meta.versionId` and `meta.lastUpdated`, and where references within the record lead to: `Type/id` of this server.
 */
export class ServedRecord {
  readonly #about: Omit<ResourceRef, 'entry'>;
  readonly #opened: OpenedVersion;
  readonly #bundle: Json;
  readonly #entries: readonly ServedEntry[];
  /** The first entry by each name. */
  readonly #byName: ReadonlyMap<string, ServedEntry>;

  constructor(about: Omit<ResourceRef, 'entry'>, opened: OpenedVersion) {
    this.#about = about;
    this.#opened = opened;
    this.#bundle = exactJson(opened.json) as Json;
    this.#entries = objectsOf(this.#bundle['entry']).flatMap(servedEntry);
    const named = this.#entries.flatMap((entry) => entry.names.map((name) => [name, entry] as const));
    this.#byName = new Map(named.reverse());
  }

  /** JSON of what the id names; undefined where this version has no such entry of the type. */
  textOf(resourceType: string, entry: string | undefined): string | undefined {
    const resource = this.resource(resourceType, entry);
    return resource && JSON.stringify(resource);
  }

  /** The same, to be written as part of other JSON by `JSON.stringify`. */
  resource(resourceType: string, entry: string | undefined): object | undefined {
    const id = resourceIdOf({ ...this.#about, entry });
    if (entry === undefined) return resourceType === 'Bundle' ? this.#withMeta(this.#bundle, id) : undefined;
    const found = this.#entries.filter((each) => each.entry === entry);
    const [served] = found;
    // Of two by one name neither is the one that is meant.
    if (served === undefined || found.length > 1) return undefined;
    if (served.resource['resourceType'] !== resourceType) return undefined;
    return this.#withMeta(this.#led(served.resource) as Json, id);
  }

  #withMeta({ resourceType, meta, ...elements }: Json, id: string): object {
    const { version, storedAt } = this.#opened;
    const own = { versionId: String(version), lastUpdated: storedAt };
    return { resourceType, id, meta: { ...(isObject(meta) && meta), ...own }, ...without(elements, 'id') };
  }

  /** With references to where they lead on this server. */
  #led(value: unknown): unknown {
    return mapObjects(value, (object) => byResourceId(this.#withLed(object, ['reference', 'url'])));
  }

  #withLed(object: Json, names: readonly string[]): Json {
    const led = names.flatMap((name) => {
      const item = object[name];
      return typeof item === 'string' ? [[name, this.#whereItLeads(item)]] : [];
    });
    return led.length === 0 ? object : { ...object, ...Object.fromEntries(led) };
  }

  #whereItLeads(reference: string): string {
    const target = this.#byName.get(reference);
    const type = target?.resource['resourceType'];
    if (target === undefined || typeof type !== 'string' || !isServed(type)) return reference;
    if (type === 'Patient') return `Patient/${patientResourceIdOf(this.#about.patientId)}`;
    return `${type}/${resourceIdOf({ ...this.#about, entry: target.entry })}`;
  }
}

function servedEntry(item: Json, index: number): ServedEntry[] {
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
