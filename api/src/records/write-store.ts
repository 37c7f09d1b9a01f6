import type { StoredRecordState } from '@careledger/contracts';
import type { Addressing } from '@careledger/delivery';
import type { Period, PurposeOfUse, RecordKind, TagGroups } from '@careledger/domain';
import type { Store } from '../store/store.js';

/** `sealed` (here), `stored` (at a provider), `announced` (everywhere), or `refused` by the ledger. */
export const WRITE_STAGES = ['sealed', 'stored', 'announced', 'refused'] as const;
export type WriteStage = (typeof WRITE_STAGES)[number];

/** What statements say of a version. */
export interface VersionDescription {
  /** Of the record's id. */
  readonly seed: string;
  readonly kind: RecordKind;
  readonly period: Period;
  readonly tagGroups: TagGroups;
  readonly prevVersionHash: string | null;
  readonly purpose: PurposeOfUse;
  readonly granteeTags: readonly string[];
  readonly ciphertextSha256: string;
  readonly sizeBytes: number;
}

/** A version of a record that this authority writes. */
export interface Write {
  readonly recordId: string;
  readonly version: number;
  readonly patientId: string;
  readonly stage: WriteStage;
  readonly description: VersionDescription;
  readonly manifest: string;
  readonly manifestHash: string;
  readonly wrapSet: string;
  /** Beside the set, in its order. */
  readonly wraps: readonly string[];
  /** When those who may read it were let in; until then the wraps are the patient's and the own one. */
  readonly sharedAt: string | null;
  /** Where it is to be stored, then where it is. */
  readonly providerId: string;
  readonly storeStatement: string;
  /** Statements made for providers that were tried before, by provider. */
  readonly formerStores: Readonly<Record<string, string>>;
  readonly storeTxId: string | null;
  readonly receipt: string | null;
  readonly announceStatement: string | null;
  readonly announceTxId: string | null;
  /** The chaincode's code, or why the version that stands there is not this one. */
  readonly refusal: string | null;
  readonly createdAt: string;
}

type WriteRow = Omit<Write, 'description' | 'formerStores' | 'wraps'> &
  Record<'description' | 'formerStores' | 'wraps', string>;

const COLUMNS = `record_id AS recordId, version, patient_id AS patientId, stage, description, manifest,
  manifest_hash AS manifestHash, wrap_set AS wrapSet, wraps, shared_at AS sharedAt,
  provider_id AS providerId, store_statement AS storeStatement, former_stores AS formerStores,
  store_tx_id AS storeTxId, receipt, announce_statement AS announceStatement, announce_tx_id AS announceTxId, refusal,
  created_at AS createdAt`;

/** What this authority writes, from before anything leaves it. Writing only within `store.commit`. */
export class WriteStore {
  constructor(readonly store: Store) {}

  find(recordId: string, version: number): Write | undefined {
    return read(
      this.store.get(`SELECT ${COLUMNS} FROM writes WHERE record_id = ? AND version = ?`, recordId, version),
    );
  }

  /** What is sealed: as large as a record may be. Null once announced or taken over: the provider has it. */
  ciphertext({ recordId, version }: Pick<Write, 'recordId' | 'version'>): Uint8Array | null {
    const sql = 'SELECT ciphertext FROM writes WHERE record_id = ? AND version = ?';
    return this.store.get<{ ciphertext: Uint8Array | null }>(sql, recordId, version)?.ciphertext ?? null;
  }

  /** Highest version of a record that is still on its way. */
  pendingVersion(recordId: string): number | undefined {
    const row = this.store.get<{ version: number | null }>(
      `SELECT max(version) AS version FROM writes WHERE record_id = ? AND stage IN ('sealed', 'stored')`,
      recordId,
    );
    return row?.version ?? undefined;
  }

  /** Highest version of a record that this authority has written, as far as the ledger has not refused it. */
  newestVersion(recordId: string): number | undefined {
    const row = this.store.get<{ version: number | null }>(
      `SELECT max(version) AS version FROM writes WHERE record_id = ? AND stage <> 'refused'`,
      recordId,
    );
    return row?.version ?? undefined;
  }

  /** Writes with a refusal, e.g. those that an upgrade gave up. */
  countRefused(refusal: string): number {
    const sql = `SELECT count(*) AS n FROM writes WHERE stage = 'refused' AND refusal = ?`;
    return this.store.get<{ n: number }>(sql, refusal)?.n ?? 0;
  }

  /** A version that was refused before it was stored makes way for another try. */
  put(
    write: Omit<
      Write,
      'sharedAt' | 'formerStores' | 'storeTxId' | 'receipt' | 'announceStatement' | 'announceTxId' | 'refusal'
    > & { readonly ciphertext: Uint8Array },
  ): void {
    this.store.run(
      `DELETE FROM writes WHERE stage = 'refused' AND store_tx_id IS NULL AND record_id = ? AND version = ?`,
      write.recordId,
      write.version,
    );
    this.store.run(
      `INSERT INTO writes (record_id, version, patient_id, stage, description, manifest, manifest_hash, wrap_set, wraps,
         ciphertext, provider_id, store_statement, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      write.recordId,
      write.version,
      write.patientId,
      write.stage,
      JSON.stringify(write.description),
      write.manifest,
      write.manifestHash,
      write.wrapSet,
      JSON.stringify(write.wraps),
      write.ciphertext,
      write.providerId,
      write.storeStatement,
      write.createdAt,
    );
  }

  /** Those who may read it are let in; afterwards set and wraps are sent as they are. */
  share({ recordId, version }: Write, wrapSet: string, wraps: readonly string[]): void {
    this.store.run(
      'UPDATE writes SET wrap_set = ?, wraps = ?, shared_at = ? WHERE record_id = ? AND version = ?',
      wrapSet,
      JSON.stringify(wraps),
      new Date().toISOString(),
      recordId,
      version,
    );
  }

  /** Who may read it is asked anew before it is sent again. */
  unshare({ recordId, version }: Write): void {
    this.store.run(
      'UPDATE writes SET shared_at = NULL WHERE record_id = ? AND version = ?',
      recordId,
      version,
    );
  }

  /** Another provider is tried. */
  readdress({ recordId, version }: Write, { providerId, storeStatement, formerStores }: Addressing): void {
    this.store.run(
      `UPDATE writes SET provider_id = ?, store_statement = ?, former_stores = ?
       WHERE record_id = ? AND version = ?`,
      providerId,
      storeStatement,
      JSON.stringify(formerStores),
      recordId,
      version,
    );
  }

  stored(
    { recordId, version }: Write,
    stored: { providerId: string; txId: string; receipt: string | null },
    announceStatement: string,
  ): void {
    this.store.run(
      `UPDATE writes SET stage = 'stored', provider_id = ?, store_tx_id = ?, receipt = ?, announce_statement = ?
       WHERE record_id = ? AND version = ?`,
      stored.providerId,
      stored.txId,
      stored.receipt,
      announceStatement,
      recordId,
      version,
    );
  }

  /**
   * The ledger has this version with another manifest by this authority, which this store has forgotten: the row stands
   * for that one from now on. Once that is announced, the write is refused with `refusal`; null: it says the same.
   */
  takeOver(
    { recordId, version, description }: Write,
    found: StoredRecordState,
    announceStatement: string,
    refusal: string | null,
  ): void {
    const { seed, kind, period, tagGroups, prevVersionHash, ciphertextSha256, sizeBytes } = found;
    const stored = { seed, kind, period, tagGroups, prevVersionHash, ciphertextSha256, sizeBytes };
    this.store.run(
      `UPDATE writes SET stage = 'stored', provider_id = ?, store_tx_id = ?, manifest_hash = ?, description = ?,
         announce_statement = ?, refusal = ?, ciphertext = NULL WHERE record_id = ? AND version = ?`,
      found.providerId,
      found.txId,
      found.manifestHash,
      JSON.stringify({ ...description, ...stored }),
      announceStatement,
      refusal,
      recordId,
      version,
    );
  }

  announced({ recordId, version }: Write, txId: string): void {
    this.store.run(
      `UPDATE writes SET stage = CASE WHEN refusal IS NULL THEN 'announced' ELSE 'refused' END, announce_tx_id = ?,
         ciphertext = NULL
       WHERE record_id = ? AND version = ?`,
      txId,
      recordId,
      version,
    );
  }

  refused({ recordId, version }: Write, refusal: string): void {
    this.store.run(
      `UPDATE writes SET stage = 'refused', refusal = ?, ciphertext = NULL WHERE record_id = ? AND version = ?`,
      refusal,
      recordId,
      version,
    );
  }
}

const read = (row: WriteRow | undefined): Write | undefined =>
  row && {
    ...row,
    description: JSON.parse(row.description) as VersionDescription,
    formerStores: JSON.parse(row.formerStores) as Record<string, string>,
    wraps: JSON.parse(row.wraps) as string[],
  };
