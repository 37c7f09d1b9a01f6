import type { StoredRecordState } from '@careledger/contracts';
import type { Addressing } from '@careledger/delivery';
import type { Period, PurposeOfUse, RecordKind } from '@careledger/domain';
import type { Store } from '../store/store.js';

/** `sealed` (here), `stored` (at a provider), `announced` (everywhere), or `refused` by the ledger. */
export const WRITE_STAGES = ['sealed', 'stored', 'announced', 'refused'] as const;
export type WriteStage = (typeof WRITE_STAGES)[number];

/** What statements say of a version. */
export interface VersionDescription {
  readonly kind: RecordKind;
  readonly period: Period;
  readonly scopeTags: readonly string[];
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
  /** Null once announced or taken over: the provider has it. */
  readonly ciphertext: Uint8Array | null;
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
  readonly requestSha256: string;
  readonly createdAt: string;
}

type WriteRow = Omit<Write, 'description' | 'formerStores'> & { description: string; formerStores: string };

const COLUMNS = `record_id AS recordId, version, patient_id AS patientId, stage, description, manifest,
  manifest_hash AS manifestHash, wrap_set AS wrapSet, ciphertext, provider_id AS providerId,
  store_statement AS storeStatement, former_stores AS formerStores, store_tx_id AS storeTxId, receipt, announce_statement AS announceStatement,
  announce_tx_id AS announceTxId, refusal, request_sha256 AS requestSha256, created_at AS createdAt`;

/** What this authority writes, from before anything leaves it. Writing only within `store.commit`. */
export class WriteStore {
  constructor(readonly store: Store) {}

  find(recordId: string, version: number): Write | undefined {
    return read(
      this.store.get(`SELECT ${COLUMNS} FROM writes WHERE record_id = ? AND version = ?`, recordId, version),
    );
  }

  findByRequest(requestKey: string): Write | undefined {
    return read(this.store.get(`SELECT ${COLUMNS} FROM writes WHERE request_key = ?`, requestKey));
  }

  /** Highest version of a record that is still on its way. */
  pendingVersion(recordId: string): number | undefined {
    const row = this.store.get<{ version: number | null }>(
      `SELECT max(version) AS version FROM writes WHERE record_id = ? AND stage IN ('sealed', 'stored')`,
      recordId,
    );
    return row?.version ?? undefined;
  }

  /** A version that was refused before it was stored gives its place up for another try. */
  put(
    write: Omit<
      Write,
      'formerStores' | 'storeTxId' | 'receipt' | 'announceStatement' | 'announceTxId' | 'refusal'
    >,
    requestKey: string,
  ): void {
    this.store.run(
      `DELETE FROM writes WHERE stage = 'refused' AND store_tx_id IS NULL
         AND ((record_id = ? AND version = ?) OR request_key = ?)`,
      write.recordId,
      write.version,
      requestKey,
    );
    this.store.run(
      `INSERT INTO writes (record_id, version, patient_id, request_key, request_sha256, stage, description, manifest,
         manifest_hash, wrap_set, ciphertext, provider_id, store_statement, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      write.recordId,
      write.version,
      write.patientId,
      requestKey,
      write.requestSha256,
      write.stage,
      JSON.stringify(write.description),
      write.manifest,
      write.manifestHash,
      write.wrapSet,
      write.ciphertext,
      write.providerId,
      write.storeStatement,
      write.createdAt,
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
   * The ledger has this version with other content by this authority, which this store has forgotten: the row stands for
   * that one from now on. Once that is announced, the write is refused with `refusal`.
   */
  takeOver(
    { recordId, version, description }: Write,
    found: StoredRecordState,
    announceStatement: string,
    refusal: string,
  ): void {
    const { kind, period, scopeTags, prevVersionHash, ciphertextSha256, sizeBytes } = found;
    const stored = { kind, period, scopeTags, prevVersionHash, ciphertextSha256, sizeBytes };
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
  };
