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
  /** Null once announced: the provider has it. */
  readonly ciphertext: Uint8Array | null;
  /** Where it is to be stored, then where it is. */
  readonly providerId: string;
  readonly storeStatement: string;
  readonly storeTxId: string | null;
  readonly receipt: string | null;
  readonly announceStatement: string | null;
  readonly announceTxId: string | null;
  /** The chaincode's code. */
  readonly refusal: string | null;
  readonly requestSha256: string;
  readonly createdAt: string;
}

type WriteRow = Omit<Write, 'description'> & { description: string };

const COLUMNS = `record_id AS recordId, version, patient_id AS patientId, stage, description, manifest,
  manifest_hash AS manifestHash, wrap_set AS wrapSet, ciphertext, provider_id AS providerId,
  store_statement AS storeStatement, store_tx_id AS storeTxId, receipt, announce_statement AS announceStatement,
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
    write: Omit<Write, 'storeTxId' | 'receipt' | 'announceStatement' | 'announceTxId' | 'refusal'>,
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
  readdress({ recordId, version }: Write, providerId: string, storeStatement: string): void {
    this.store.run(
      'UPDATE writes SET provider_id = ?, store_statement = ? WHERE record_id = ? AND version = ?',
      providerId,
      storeStatement,
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

  announced({ recordId, version }: Write, txId: string): void {
    this.store.run(
      `UPDATE writes SET stage = 'announced', announce_tx_id = ?, ciphertext = NULL
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
  row && { ...row, description: JSON.parse(row.description) as VersionDescription };
