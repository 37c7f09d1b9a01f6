import { exactJson } from '@careledger/crypto';
import { entryHashOf, entryNameOf, readResourceId, resourceIdOf, type ResourceRef } from '@careledger/fhir';
import {
  ProblemError,
  assertPatientScopes,
  assertScopes,
  versionTag,
  type IdempotentRequest,
} from '@careledger/service-kit';
import { openNewest } from '../access/newest-version.js';
import type { OpeningRecords } from '../access/opening.js';
import type { Reader } from '../access/reader.js';
import type { Vouching } from '../policy/vouching.js';
import type { WriteService } from '../records/write-service.js';
import type { Write } from '../records/write-store.js';
import { isObject, mapObjects, objectsOf, type Json } from '../resources/json.js';
import {
  asContent,
  assertType,
  contentOf,
  fullUrlOf,
  keptResource,
  patientOf,
  toldOf,
  touchedKinds,
  type RecordContent,
} from './sent-resources.js';
import { transactionEntries } from './transaction.js';

export interface FhirWritingOptions {
  readonly opening: OpeningRecords;
  readonly vouching: Vouching;
  readonly writer: WriteService;
  /** Address of this server, with FHIR's path. */
  readonly base: string;
}

/** What somebody sends to be written. */
export interface Sent {
  /** The body to the letter (`exactJson`). */
  readonly body: Json;
  readonly reader: Reader;
  readonly request: IdempotentRequest;
}

/** What came of it: a version on its way, and the resources of it that its sender sent. */
export interface Written {
  readonly write: Write;
  /** The content that was sealed; undefined where the same request had sealed it before. */
  readonly json: string | undefined;
  readonly entries: readonly { readonly resourceType: string; readonly entry: string }[];
}

/** Makes records of resources: one resource, several at once, or the next version of one. */
export class FhirWriting {
  readonly #options: FhirWritingOptions;

  constructor(options: FhirWritingOptions) {
    this.#options = options;
  }

  /** A record that holds this resource alone. @throws ProblemError of `WriteService.create`, SCOPE_INSUFFICIENT */
  async create(resourceType: string, sent: Sent): Promise<Written> {
    assertType(sent.body, resourceType);
    const resource = keptResource(sent.body, this.#options.base);
    const fullUrl = fullUrlOf(sent.request, 0);
    return this.#create([{ fullUrl, resource }], sent, resourceType);
  }

  /** One record that holds them all. @throws ProblemError as `create` */
  async transaction(sent: Sent): Promise<Written> {
    assertType(sent.body, 'Bundle');
    return this.#create(transactionEntries(sent.body, sent.request, this.#options.base), sent);
  }

  async #create(
    made: readonly { readonly fullUrl: string; readonly resource: Json }[],
    { reader, request }: Sent,
    alone?: string,
  ): Promise<Written> {
    const { vouching, writer } = this.#options;
    const { principal, claim, purpose } = reader;
    const content = contentOf(made);
    const patientId = patientOf(made.map(({ resource }) => resource));
    assertScopes(principal, { patientId, kinds: touchedKinds(content.bundle), does: 'c' });
    const person = vouching.personOf(principal, claim);
    const wanted = { ...content, patientId, purpose, person, request };
    const write = await toldOf(alone === undefined ? undefined : { resourceType: alone, index: 0 }, () =>
      writer.create(wanted),
    );
    const entries = made.map((entry, index) => ({
      resourceType: String(entry.resource['resourceType']),
      entry: entryHashOf(entryNameOf(entry, index)),
    }));
    return { write, json: content.text, entries };
  }

  /**
   * The next version of a record, in which this resource takes the place of its former self.
   * @param seen version that `If-Match` names
   * @throws ProblemError NOT_FOUND, VERSION_CHANGED, and of `WriteService.revise`
   */
  async update(
    { resourceType, id, seen }: { readonly resourceType: string; readonly id: string; readonly seen: number },
    { body, reader, request }: Sent,
  ): Promise<Written> {
    assertType(body, resourceType);
    if (body['id'] !== id)
      throw new ProblemError('VALIDATION_FAILED', 'The id of the resource must be the one of the path');
    const ref = readResourceId(id);
    const { entry } = ref ?? {};
    if (ref === undefined || entry === undefined)
      throw new ProblemError('NOT_FOUND', 'No resource here has such an id');
    const { opening, vouching, writer } = this.#options;
    const entries = [{ resourceType, entry }];
    const before = writer.before(request);
    if (before !== undefined) return { write: before, json: undefined, entries };
    const { principal, claim, purpose } = reader;
    const { patientId } = ref;
    // It is read before it is updated.
    for (const does of ['r', 'u'] as const) assertPatientScopes(principal, { patientId, does });
    const { recordId } = ref;
    const ifMatch = versionTag(seen);
    const { json } = await openNewest(opening, { patientId, recordId, ifMatch }, reader);
    const former = exactJson(json) as Json;
    const { content, index } = replaced(
      former,
      { ref, resourceType },
      keptResource(body, this.#options.base),
    );
    // What it was is lost to readers, like what it is now is new to them.
    const kinds = [former, content.bundle].flatMap((bundle) => kindsAt(bundle, index));
    assertScopes(principal, { patientId, kinds, does: 'u' });
    const person = vouching.personOf(principal, claim);
    const wanted = { ...content, patientId, purpose, person, request, ifMatch };
    const write = await toldOf({ resourceType, index }, () => writer.revise(recordId, wanted));
    return { write, json: content.text, entries };
  }
}

/** Kinds of what stands in one place of a record. */
const kindsAt = (bundle: Json, index: number) =>
  touchedKinds(asContent({ ...bundle, entry: [objectsOf(bundle['entry'])[index]] }).bundle);

/** The Bundle with the resource in the place of the one that the id names. @throws ProblemError NOT_FOUND */
function replaced(
  bundle: Json,
  { ref, resourceType }: { readonly ref: ResourceRef; readonly resourceType: string },
  resource: Json,
): { readonly content: RecordContent; readonly index: number } {
  const entries = objectsOf(bundle['entry']);
  const hashes = entries.map((entry, index) => entryHashOf(entryNameOf(entry, index)));
  const index = hashes.indexOf(ref.entry ?? '');
  const former = entries[index]?.['resource'];
  if (
    !isObject(former) ||
    former['resourceType'] !== resourceType ||
    hashes.lastIndexOf(ref.entry ?? '') !== index
  )
    throw new ProblemError('NOT_FOUND', `The record has no such ${resourceType}`);
  /** References to this server, as the record has them. */
  const names = new Map(
    entries.map((entry, place) => {
      const { resource: held } = entry;
      const type = isObject(held) ? String(held['resourceType']) : '';
      return [`${type}/${resourceIdOf({ ...ref, entry: hashes[place] })}`, entryNameOf(entry, place)];
    }),
  );
  const led = mapObjects(resource, (value) => ({
    ...value,
    ...Object.fromEntries(
      ['reference', 'url'].flatMap((name) => {
        const item = value[name];
        const kept = typeof item === 'string' ? names.get(item) : undefined;
        return kept === undefined ? [] : [[name, kept]];
      }),
    ),
  })) as Json;
  const { id } = former;
  const { resourceType: type, ...elements } = led;
  const next = { resourceType: type, ...(id !== undefined && { id }), ...elements };
  const entry = entries.map((each, place) => (place === index ? { ...each, resource: next } : each));
  return { content: asContent({ ...bundle, entry }), index };
}
