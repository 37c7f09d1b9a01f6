import { exactJson } from '@careledger/crypto';
import type { ResourceRef } from '@careledger/fhir';
import type { Json } from '../resources/json.js';
import {
  entriesByName,
  entriesOf,
  linksOf,
  type NamedEntries,
  type RecordEntry,
} from '../resources/record-entries.js';
import { servedResource, withMeta, type ServedVersion } from './served-resource.js';

/** A version of a record, opened: as its author wrote it, and as the ledger has it. */
export interface OpenedVersion extends ServedVersion {
  /** FHIR R4 JSON. */
  readonly json: string;
}

/** What a FHIR server shows of a record: one of its resources (`servedResource`), or all of it. */
export class ServedRecord {
  readonly #about: Omit<ResourceRef, 'entry'>;
  readonly #opened: OpenedVersion;
  readonly #bundle: Json;
  readonly #entries: readonly RecordEntry[];
  readonly #byName: NamedEntries;

  constructor(about: Omit<ResourceRef, 'entry'>, opened: OpenedVersion) {
    this.#about = about;
    this.#opened = opened;
    this.#bundle = exactJson(opened.json) as Json;
    this.#entries = entriesOf(this.#bundle);
    this.#byName = entriesByName(this.#entries);
  }

  /** JSON of what the id names; undefined where this version has no such entry of the type. */
  textOf(resourceType: string, entry: string | undefined): string | undefined {
    const resource = this.resource(resourceType, entry);
    return resource && JSON.stringify(resource);
  }

  /** The same, to be written as part of other JSON by `JSON.stringify`. */
  resource(resourceType: string, entry: string | undefined): object | undefined {
    const ref = { ...this.#about, entry };
    if (entry === undefined)
      return resourceType === 'Bundle' ? withMeta(this.#bundle, ref, this.#opened) : undefined;
    const found = this.#entries.filter((each) => each.entry === entry);
    const [served] = found;
    // Of two by one name neither is the one that is meant.
    if (served === undefined || found.length > 1) return undefined;
    if (served.resource['resourceType'] !== resourceType) return undefined;
    const links = linksOf(served.resource, this.#byName);
    return servedResource(served.resource, ref, { ...this.#opened, links });
  }
}
