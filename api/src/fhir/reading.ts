import { isSupporting, readResourceId, type ResourceRef } from '@careledger/fhir';
import { RecordVersion } from '@careledger/domain';
import {
  ProblemError,
  assertPatientScopes,
  assertScopes,
  fromCursor,
  toCursor,
} from '@careledger/service-kit';
import { Value } from 'typebox/value';
import type { NamedVersion, ShownRecord } from '../access/access-service.js';
import type { OpeningRecords } from '../access/opening.js';
import type { Reader } from '../access/reader.js';
import { SPAN_MAX_BYTES } from '../access/versions.js';
import type { ShownResource } from '../copies/copy-search.js';
import type { CopiedReading } from './copied-reading.js';
import { servedCopy } from './served-copy.js';
import { ServedRecord } from './served-record.js';
import type { Row } from './table.js';
import { kindsOf } from './type-scopes.js';

/** A version of a resource, as JSON text. */
export interface ServedResource {
  readonly text: string;
  readonly version: number;
  /** Of the ledger, RFC 3339. */
  readonly storedAt: string;
  /** Transaction of the permit; none for what is shown of a copy. */
  readonly permitTxId: string | undefined;
}

/** What is asked for by an id. */
export interface IdWanted {
  readonly id: string;
  /** Of a version; the newest without it. */
  readonly vid?: string;
  /** Whether the ledger is to be asked also for what is kept in a copy. Default: false. */
  readonly isOfLedger?: boolean;
}

/** A version of a history: what it was, or why that is not shown. */
export interface HistoryVersion {
  readonly version: number;
  readonly storedAt: string | undefined;
  readonly outcome: PromiseSettledResult<object | undefined>;
}

export interface HistoryPage {
  readonly versions: readonly HistoryVersion[];
  readonly permitTxIds: readonly string[];
  readonly next: string | undefined;
}

/** Shows what ids of resources name: of the copy that is kept, else opened by the one way on which records are. */
export class FhirReading {
  constructor(
    readonly opening: OpeningRecords,
    readonly copied: Pick<CopiedReading, 'find'>,
  ) {}

  /** @throws ProblemError NOT_FOUND, and of `AccessService.open` */
  async read(
    { resourceType }: Row,
    { id, vid, isOfLedger = false }: IdWanted,
    reader: Reader,
  ): Promise<ServedResource> {
    const ref = refOf(id);
    const version = vid === undefined ? undefined : versionOf(vid);
    assertMayAsk(resourceType, ref, reader);
    const { patientId, recordId } = ref;
    const kept = isOfLedger ? undefined : await this.copied.find({ resourceType, ref, version }, reader);
    if (kept !== undefined) return servedOfCopy(patientId, kept);
    const named = await this.opening.versions.named({
      ...{ patientId, recordId },
      ...(version !== undefined && { version }),
    });
    const [shown] = await this.opening.service.open({ patientId, versions: [named], reader });
    if (shown?.status !== 'fulfilled') throw shown?.reason;
    const { access } = shown.value;
    const storedAt = storedAtOf(named);
    const text = servedOf(ref, named, shown.value).textOf(resourceType, ref.entry);
    if (text === undefined) throw notFound(`This version of the record has no such ${resourceType}`);
    return { text, version: access.version, storedAt, permitTxId: access.txId };
  }

  /**
   * Versions, newest first; those of the record in which there is no such resource are left out.
   * @throws ProblemError NOT_FOUND, CURSOR_INVALID, and where none is shown what is in the way of the newest
   */
  async history(
    { resourceType }: Row,
    { id, count, cursor }: { readonly id: string; readonly count: number; readonly cursor?: string },
    reader: Reader,
  ): Promise<HistoryPage> {
    const ref = refOf(id);
    assertMayAsk(resourceType, ref, reader);
    const { patientId, recordId } = ref;
    const { service, versions } = this.opening;
    const from = cursor === undefined ? undefined : fromCursor(cursor, RecordVersion);
    const first = await versions.named({ patientId, recordId, ...(from !== undefined && { version: from }) });
    const older = Array.from({ length: Math.min(count, first.version) - 1 }, (_, index) =>
      versions.named({ patientId, recordId, version: first.version - 1 - index }),
    );
    const named = fitting([first, ...(await Promise.all(older))]);
    const shown = await service.open({ patientId, versions: named, reader });
    const newest = shown[0];
    if (newest?.status === 'rejected' && shown.every(({ status }) => status === 'rejected'))
      throw newest.reason;
    const found = named.flatMap((each, index): HistoryVersion[] => {
      const { stored, version } = each;
      const one = shown[index];
      if (one?.status !== 'fulfilled')
        return [{ version, storedAt: stored?.storedAt, outcome: one ?? notShown }];
      const value = servedOf(ref, each, one.value).resource(resourceType, ref.entry);
      return value === undefined
        ? []
        : [{ version, storedAt: storedAtOf(each), outcome: { status: 'fulfilled', value } }];
    });
    const last = named.at(-1)?.version ?? 1;
    if (found.length === 0 && last === 1 && cursor === undefined)
      throw notFound(`The record has no such ${resourceType}`);
    return {
      versions: found,
      permitTxIds: [
        ...new Set(shown.flatMap((one) => (one.status === 'fulfilled' ? [one.value.access.txId] : []))),
      ],
      next: last > 1 ? toCursor(last - 1) : undefined,
    };
  }
}

/** As many as one answer has room for; the first one always. */
function fitting(named: readonly NamedVersion[]): NamedVersion[] {
  let bytes = 0;
  return named.filter(({ stored }, index) => {
    bytes += stored?.sizeBytes ?? 0;
    return index === 0 || bytes <= SPAN_MAX_BYTES;
  });
}

const notShown: PromiseSettledResult<never> = { status: 'rejected', reason: undefined };
const notFound = (detail: string) => new ProblemError('NOT_FOUND', detail);

/** @throws ProblemError NOT_FOUND */
function refOf(id: string): ResourceRef {
  const ref = readResourceId(id);
  if (ref === undefined) throw notFound('No resource here has such an id');
  return ref;
}

/** @throws ProblemError NOT_FOUND */
function versionOf(vid: string): number {
  const version = /^[1-9]\d*$/.test(vid) ? Number(vid) : undefined;
  if (!Value.Check(RecordVersion, version)) throw notFound('Versions are numbers from 1');
  return version;
}

/**
 * Whoever may read nothing of the patient asks for nothing: each attempt is on the ledger, and some alarm. What tells something is
 * held to the token's scopes by the gate; what only supports it, here. @throws SCOPE_INSUFFICIENT
 */
function assertMayAsk(resourceType: string, { patientId }: ResourceRef, { principal }: Reader): void {
  assertPatientScopes(principal, { patientId, does: 'r' });
  if (!isSupporting(resourceType)) return;
  assertScopes(principal, { patientId, kinds: kindsOf(resourceType), does: 'r' });
}

const servedOf = (ref: ResourceRef, named: NamedVersion, { json, access }: ShownRecord): ServedRecord =>
  new ServedRecord(ref, { json, version: access.version, storedAt: storedAtOf(named) });

const servedOfCopy = (patientId: string, kept: ShownResource): ServedResource => ({
  text: JSON.stringify(servedCopy(patientId, kept)),
  ...{ version: kept.version, storedAt: kept.storedAt, permitTxId: undefined },
});

/** What is opened was looked up at the ledger before. */
function storedAtOf({ stored, version }: NamedVersion): string {
  if (stored === undefined) throw new RangeError(`Version ${version} was opened and is not on the ledger`);
  return stored.storedAt;
}
