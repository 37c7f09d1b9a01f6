import type { Period, ResourceKind } from '@careledger/domain';
import type { TaggedVersion } from '@careledger/policy';
import type { SealedBox } from '../store/sealed-box.js';
import type { Store } from '../store/store.js';
import type { Span } from './date-span.js';
import { PatientKeys } from './patient-keys.js';
import type { ResourceRow } from './resource-rows.js';

/** A version of which a copy is kept, as far as a decision on it needs. */
export interface CopiedVersion extends TaggedVersion<Period> {
  readonly recordId: string;
  readonly version: number;
}

/** By what resources of a patient are found; each narrows. */
export interface CopyFilter {
  readonly resourceType: string;
  /** `system|code` or `code`: one of them. */
  readonly codes?: readonly string[];
  /** Likewise. */
  readonly categories?: readonly string[];
  /** Of which they tell at least in part. */
  readonly span?: Span;
  readonly order: 'asc' | 'desc';
  /** Looked at where the span is not all that is asked of the time. */
  readonly isOfTime?: (span: Span) => boolean;
  /** Where the page before ended. */
  readonly after?: CopyPlace;
}

/** Place of a resource among those of a patient, by time. */
export interface CopyPlace {
  readonly fromMs: number;
  readonly resourceId: number;
}

/** A resource that was found, unopened. */
export interface FoundResource extends CopyPlace {
  readonly toMs: number;
  readonly copyId: number;
  readonly content: Uint8Array;
}

/** What is kept of a resource. */
export interface KeptResource extends Pick<ResourceRow, 'entry' | 'entryHash' | 'json' | 'links'> {
  readonly kinds: readonly ResourceKind[];
  /** When channel `cloud` had its version. */
  readonly storedAt: string;
}

/** What is kept of a version. */
export interface CopiedContent {
  readonly storedAt: string;
  readonly rows: readonly ResourceRow[];
}

interface RecordRow {
  readonly copyId: number;
  readonly record: Uint8Array;
  readonly terms: Uint8Array;
}

const PLACES = 'resource_id AS resourceId, from_ms AS fromMs, to_ms AS toMs, copy_id AS copyId, content';

/**
 * Copies of records. What they say, and what the ledger has of them, is under the patient's data key; what they are found by is
 * keyed hashes; only times lie open. Writing only within `store.commit`.
 */
export class CopyStore {
  readonly keys: PatientKeys;

  constructor(
    readonly store: Store,
    readonly box: SealedBox,
  ) {
    this.keys = new PatientKeys(store, box);
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
    for (const row of rows) this.#putResource(row, { copyId, patient, key, storedAt });
  }

  /** The newest version of a record that is kept. */
  record(
    patientId: string,
    recordId: string,
  ): { readonly copyId: number; readonly version: CopiedVersion } | undefined {
    const key = this.keys.find(patientId);
    const row = this.store.get<RecordRow>(
      'SELECT copy_id AS copyId, record, terms FROM copied_records WHERE record = ?',
      this.#recordMac(recordId),
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

  /** What the ledger has of a version has changed. Nothing where another version is kept, or none. */
  retag(version: CopiedVersion): void {
    const { patientId, recordId } = version;
    const kept = this.record(patientId, recordId);
    if (kept?.version.version !== version.version) return;
    const terms = this.keys.find(patientId)?.seal(termsRow(this.#recordMac(recordId)), version);
    if (terms !== undefined)
      this.store.run('UPDATE copied_records SET terms = ? WHERE copy_id = ?', terms, kept.copyId);
  }

  /** Resources of a patient by the filter, sorted by time, unopened. */
  *found(patientId: string, filter: CopyFilter): Generator<FoundResource> {
    const { resourceType, codes, categories, span, isOfTime, order } = filter;
    const isRising = order === 'asc';
    let after = filter.after ?? (isRising ? { fromMs: -Infinity, resourceId: 0 } : LAST);
    const macs = (column: string, values: readonly string[] | undefined) =>
      values === undefined ? null : hexList(values.map((value) => this.box.mac(column, value)));
    for (;;) {
      const rows = this.store.all<FoundResource>(
        `SELECT ${PLACES} FROM copied_resources AS found
         WHERE patient = ?1 AND type = ?2 AND from_ms < ?3 AND to_ms > ?4
           AND (from_ms, resource_id) ${isRising ? '>' : '<'} (?5, ?6)
           AND (?7 IS NULL OR EXISTS (SELECT 1 FROM copied_terms AS t WHERE t.resource_id = found.resource_id
             AND instr(?7, hex(t.term)) > 0))
           AND (?8 IS NULL OR EXISTS (SELECT 1 FROM copied_terms AS t WHERE t.resource_id = found.resource_id
             AND instr(?8, hex(t.term)) > 0))
         ORDER BY from_ms ${order}, resource_id ${order} LIMIT ${READ_MAX_ROWS}`,
        this.keys.rowOf(patientId),
        this.box.mac(COLUMN.type, resourceType),
        span?.toMs ?? Number.MAX_SAFE_INTEGER,
        span?.fromMs ?? Number.MIN_SAFE_INTEGER,
        Math.max(after.fromMs, Number.MIN_SAFE_INTEGER),
        after.resourceId,
        macs(COLUMN.code, codes),
        macs(COLUMN.category, categories),
      );
      yield* isOfTime === undefined ? rows : rows.filter(isOfTime);
      const last = rows.at(-1);
      if (last === undefined || rows.length < READ_MAX_ROWS) return;
      after = last;
    }
  }

  /** The version to which a found resource belongs. */
  versionOf(key: SealedBox, copyId: number): CopiedVersion | undefined {
    const row = this.store.get<RecordRow>(
      'SELECT copy_id AS copyId, record, terms FROM copied_records WHERE copy_id = ?',
      copyId,
    );
    return row && openTerms(key, row);
  }

  open(key: SealedBox, { copyId, content }: FoundResource): KeptResource {
    return key.open(resourceRow(copyId), content) as KeptResource;
  }

  /** Ends what is kept of versions before this one. */
  drop({ patientId, recordId, version }: Pick<CopiedVersion, 'patientId' | 'recordId' | 'version'>): void {
    const kept = this.record(patientId, recordId);
    if (kept !== undefined && kept.version.version < version)
      this.store.run('DELETE FROM copied_records WHERE copy_id = ?', kept.copyId);
  }

  /** Ends what is kept of some records of a patient. Call `store.forgetErased` once it is on disk. */
  prune(patientId: string, isKept: (version: CopiedVersion) => boolean): void {
    const key = this.keys.find(patientId);
    if (key === undefined) return;
    const rows = this.store.all<RecordRow>(
      'SELECT copy_id AS copyId, record, terms FROM copied_records WHERE patient = ?',
      this.keys.rowOf(patientId),
    );
    for (const row of rows)
      if (!isKept(openTerms(key, row)))
        this.store.run('DELETE FROM copied_records WHERE copy_id = ?', row.copyId);
  }

  /** The patient's key, and with it all that is kept of the patient. Call `store.forgetErased` once it is on disk. */
  destroy(patientId: string): void {
    this.store.run('DELETE FROM copied_records WHERE patient = ?', this.keys.rowOf(patientId));
    this.keys.destroy(patientId);
  }

  #putResource(
    { entry, entryHash, json, kinds, links, resourceType, codes, categories, span }: ResourceRow,
    {
      copyId,
      patient,
      key,
      storedAt,
    }: {
      readonly copyId: number;
      readonly patient: Uint8Array;
      readonly key: SealedBox;
      readonly storedAt: string;
    },
  ): void {
    const kept: KeptResource = { entry, entryHash, json, kinds, links, storedAt };
    const resourceId = this.store.insert(
      'INSERT INTO copied_resources (copy_id, patient, type, from_ms, to_ms, content) VALUES (?, ?, ?, ?, ?, ?)',
      ...[copyId, patient, this.box.mac(COLUMN.type, resourceType), span.fromMs, span.toMs],
      key.seal(resourceRow(copyId), kept),
    );
    const terms = [
      ...codes.map((code) => this.box.mac(COLUMN.code, code)),
      ...categories.map((category) => this.box.mac(COLUMN.category, category)),
    ];
    for (const term of terms)
      this.store.run('INSERT INTO copied_terms (resource_id, term) VALUES (?, ?)', resourceId, term);
  }

  #recordMac(recordId: string): Uint8Array {
    return this.box.mac(COLUMN.record, recordId);
  }
}

const COLUMN = {
  record: 'copied_records.record',
  type: 'copied_resources.type',
  code: 'copied_terms.code',
  category: 'copied_terms.category',
} as const;
/** Resources that one read takes. */
const READ_MAX_ROWS = 200;
const LAST: CopyPlace = { fromMs: Number.MAX_SAFE_INTEGER, resourceId: Number.MAX_SAFE_INTEGER };

const termsRow = (record: Uint8Array): string =>
  `copied_records/${Buffer.from(record).toString('base64url')}`;
const openTerms = (key: SealedBox, { record, terms }: RecordRow): CopiedVersion =>
  key.open(termsRow(record), terms) as CopiedVersion;
/** A row cannot be brought under another record. */
const resourceRow = (copyId: number): string => `copied_resources/${copyId}`;
const hexList = (macs: readonly Uint8Array[]): string =>
  macs.map((mac) => Buffer.from(mac).toString('hex').toUpperCase()).join(',');
