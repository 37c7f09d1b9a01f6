import type { Period, ResourceKind } from '@careledger/domain';
import type { TaggedVersion } from '@careledger/policy';
import type { SealedBox } from '../store/sealed-box.js';
import type { Store } from '../store/store.js';
import {
  CopyFinding,
  TYPE_COLUMN,
  type CopyFilter,
  type FoundResource,
  type RecordsFilter,
} from './copy-finding.js';
import { copyPlaceOf, entryTerm, termMacsOf, type CopiedEntry, type CopyTerm } from './copy-terms.js';
import { PatientKeys } from './patient-keys.js';
import type { ResourceRow } from './resource-rows.js';

/** A version of which a copy is kept, as far as a decision on it needs. */
export interface CopiedVersion extends TaggedVersion<Period> {
  readonly recordId: string;
  readonly version: number;
}

/** What is kept of a resource. */
export interface KeptResource extends Pick<
  ResourceRow,
  'entry' | 'entryHash' | 'json' | 'links' | 'refersTo'
> {
  readonly kinds: readonly ResourceKind[];
  /** When channel `cloud` had its version. */
  readonly storedAt: string;
}

/** What is kept of a version. */
export interface CopiedContent {
  readonly storedAt: string;
  readonly rows: readonly ResourceRow[];
}

/** A resource by the name of its entry. */
export interface NamedResource extends CopiedEntry {
  readonly patientId: string;
  readonly resourceType: string;
}

interface RecordRow {
  readonly copyId: number;
  readonly record: Uint8Array;
  readonly terms: Uint8Array;
}

/**
 * Copies of records. What they say, and what the ledger has of them, is under the patient's data key; what they are found by is
 * keyed hashes; only times lie open. Writing only within `store.commit`.
 */
export class CopyStore {
  readonly keys: PatientKeys;
  readonly #finding: CopyFinding;
  #hasErased = false;

  constructor(
    readonly store: Store,
    readonly box: SealedBox,
  ) {
    this.keys = new PatientKeys(store, box);
    this.#finding = new CopyFinding(store, box);
  }

  /** In the place of an earlier version; a later one stays. */
  put(version: CopiedVersion, { storedAt, rows }: CopiedContent): void {
    const { patientId, recordId } = version;
    const before = this.record(patientId, recordId);
    if (before !== undefined && before.version.version > version.version) return;
    if (before !== undefined) this.store.run('DELETE FROM copied_records WHERE copy_id = ?', before.copyId);
    const key = this.keys.findOrMake(patientId);
    const patient = this.keys.rowOf(patientId);
    const record = this.#recordMac(recordId);
    const copyId = this.store.insert(
      'INSERT INTO copied_records (record, patient, terms) VALUES (?, ?, ?)',
      record,
      patient,
      key.seal(termsRow(record), version),
    );
    for (const row of rows) this.#putResource(row, { copyId, recordId, patient, key, storedAt });
  }

  /** The newest version of a record that is kept. */
  record(
    patientId: string,
    recordId: string,
  ): { readonly copyId: number; readonly version: CopiedVersion } | undefined {
    const key = this.keys.find(patientId);
    const row = this.store.get<RecordRow>(
      'SELECT copy_id AS copyId, record, terms FROM copied_records WHERE record = ? AND patient = ?',
      ...[this.#recordMac(recordId), this.keys.rowOf(patientId)],
    );
    return row && key && { copyId: row.copyId, version: openTerms(key, row) };
  }

  /** How many records of a patient are kept. */
  count(patientId: string): number {
    const rows = this.store.get<{ kept: number }>(
      'SELECT count(*) AS kept FROM copied_records WHERE patient = ?',
      this.keys.rowOf(patientId),
    );
    return rows?.kept ?? 0;
  }

  /** Whether something was erased that may be kept no more, and what the write-ahead log has of it is there still. */
  get hasErased(): boolean {
    return this.#hasErased;
  }

  /** The same, of what is erased in this commit and before. Whoever asks calls `store.forgetErased` once it is on disk. */
  takeErased(): boolean {
    const hasErased = this.#hasErased;
    this.#hasErased = false;
    return hasErased;
  }

  /** What the ledger has of a version has changed. Nothing where another version is kept, or none. */
  retag(version: CopiedVersion): void {
    const { patientId, recordId } = version;
    const kept = this.record(patientId, recordId);
    if (kept?.version.version !== version.version) return;
    const terms = this.keys.find(patientId)?.seal(termsRow(this.#recordMac(recordId)), version);
    if (terms !== undefined)
      this.store.run('UPDATE copied_records SET terms = ? WHERE copy_id = ?', terms, kept.copyId);
  }

  /** Resources of one type of a patient's, sorted by time, unopened; undefined for each that is not meant. */
  found(patientId: string, filter: CopyFilter): Generator<FoundResource | undefined> {
    return this.#finding.byTime(this.keys.rowOf(patientId), filter);
  }

  /** Resources of a patient record by record, likewise. */
  foundByRecord(patientId: string, filter: RecordsFilter): Generator<FoundResource | undefined> {
    return this.#finding.byRecord(this.keys.rowOf(patientId), filter);
  }

  /** Resources that lie in the same record as a found one. */
  foundBeside(
    { copyId }: Pick<FoundResource, 'copyId'>,
    term: CopyTerm,
    resourceType?: string,
  ): FoundResource[] {
    return this.#finding.inRecord(copyId, term, resourceType);
  }

  /** What a name names in the version of a record that is kept. Of two entries by one name neither is the one that is meant. */
  named({ patientId, resourceType, ...entry }: NamedResource) {
    const kept = this.record(patientId, entry.recordId);
    if (kept === undefined) return undefined;
    const term = { by: 'entry', anyOf: [entryTerm(entry)] } as const;
    const [found] = this.foundBeside(kept, term, resourceType);
    const isAlone = this.foundBeside(kept, term).length === 1;
    return found && isAlone ? { found, version: kept.version } : undefined;
  }

  /** The version to which a found resource belongs. */
  versionOf(key: SealedBox, copyId: number): CopiedVersion | undefined {
    const row = this.store.get<RecordRow>(
      'SELECT copy_id AS copyId, record, terms FROM copied_records WHERE copy_id = ?',
      copyId,
    );
    return row && openTerms(key, row);
  }

  /** Undefined where it is not kept any more. */
  open(key: SealedBox, { copyId, resourceId }: FoundResource): KeptResource | undefined {
    const row = this.store.get<{ readonly content: Uint8Array }>(
      'SELECT content FROM copied_resources WHERE resource_id = ? AND copy_id = ?',
      ...[resourceId, copyId],
    );
    return row && (key.open(resourceRow(copyId), row.content) as KeptResource);
  }

  /** Ends what is kept of versions before this one. */
  drop({ patientId, recordId, version }: Pick<CopiedVersion, 'patientId' | 'recordId' | 'version'>): void {
    const kept = this.record(patientId, recordId);
    if (kept !== undefined && kept.version.version < version) this.erase(kept.copyId);
  }

  /** Ends one copy of a record. */
  erase(copyId: number): void {
    this.#hasErased = true;
    this.store.run('DELETE FROM copied_records WHERE copy_id = ?', copyId);
  }

  /** Ends what is kept of some records of a patient. */
  prune(patientId: string, isKept: (version: CopiedVersion) => boolean): void {
    const key = this.keys.find(patientId);
    if (key === undefined) return;
    const rows = this.store.all<RecordRow>(
      'SELECT copy_id AS copyId, record, terms FROM copied_records WHERE patient = ?',
      this.keys.rowOf(patientId),
    );
    for (const row of rows) if (!isKept(openTerms(key, row))) this.erase(row.copyId);
  }

  /** The patient's key, and with it all that is kept of the patient. */
  destroy(patientId: string): void {
    this.#hasErased = true;
    this.store.run('DELETE FROM copied_records WHERE patient = ?', this.keys.rowOf(patientId));
    this.keys.destroy(patientId);
  }

  #putResource(
    row: ResourceRow,
    {
      copyId,
      recordId,
      patient,
      key,
      storedAt,
    }: {
      readonly copyId: number;
      readonly recordId: string;
      readonly patient: Uint8Array;
      readonly key: SealedBox;
      readonly storedAt: string;
    },
  ): void {
    const { entry, entryHash, json, kinds, links, refersTo, resourceType, span } = row;
    const kept: KeptResource = { entry, entryHash, json, kinds, links, refersTo, storedAt };
    const type = this.box.mac(TYPE_COLUMN, resourceType);
    const resourceId = this.store.insert(
      'INSERT INTO copied_resources (copy_id, patient, type, from_ms, to_ms, content) VALUES (?, ?, ?, ?, ?, ?)',
      ...[copyId, patient, type, span.fromMs, span.toMs, key.seal(resourceRow(copyId), kept)],
    );
    const place = copyPlaceOf(patient, type);
    for (const term of termMacsOf(this.box, row, recordId))
      this.store.run(
        'INSERT INTO copied_terms (resource_id, term, place, from_ms) VALUES (?, ?, ?, ?)',
        ...[resourceId, term, place, span.fromMs],
      );
  }

  #recordMac(recordId: string): Uint8Array {
    return this.box.mac(RECORD_COLUMN, recordId);
  }
}

const RECORD_COLUMN = 'copied_records.record';

const termsRow = (record: Uint8Array): string =>
  `copied_records/${Buffer.from(record).toString('base64url')}`;
const openTerms = (key: SealedBox, { record, terms }: RecordRow): CopiedVersion =>
  key.open(termsRow(record), terms) as CopiedVersion;
/** A row cannot be brought under another record. */
const resourceRow = (copyId: number): string => `copied_resources/${copyId}`;
