import { ruleTime } from '@careledger/clinical';
import type { Signer } from '@careledger/crypto';
import type { BlockContent, Frame, RekeyBody } from '@careledger/private-chain';
import type { StoreWriter } from '../store/index.js';
import type { DeviceChain } from './device-chain.js';
import type { OpenBlock } from './open-block.js';
import type { PatientChain } from './patient-chain.js';
import { RECOVERY_LAG_FRAMES } from './limits.js';
import { sealNext, sealOpenBlock, writeBlock, type PendingBlock } from './seal.js';

/** A frame that passed every check. */
export interface AcceptedFrame {
  readonly chain: DeviceChain;
  readonly frame: Pick<Frame, 'seq' | 'readings'>;
  readonly leaf: string;
  /** Counters skipped just before it. */
  readonly missing: number;
  /** What is added to the times of its readings, and when it came: by the gateway's clock, milliseconds. */
  readonly offsetMs: number;
  readonly receivedMs: number;
}

/** A frame's row and the block that it is in. */
export interface FramePosition {
  readonly rowId: number;
  readonly height: number;
}

/** Rows of the store: the highest that has a frame, and where recovery begins. */
export interface StoredRows {
  readonly lastRow: number;
  readonly recoveryRow: number;
}

/**
 * All patients' chains in memory: gives every accepted frame its row and its position in an open block, and seals blocks.
 * What it does here runs ahead of the store by at most one transaction, which `write` and `committed` complete; after a
 * transaction that failed nothing here is right any more, and it must be recovered from the store (`ChainRecovery`).
 */
export class ChainKeeper {
  readonly #patients = new Map<number, PatientChain>();
  /** In the order of their first rows, since every new one is put at the end. */
  readonly #open = new Map<PatientChain, OpenBlock>();
  #pending: PendingBlock[] = [];
  #nextRow = 1;
  /** As the store has it. */
  #recoveryRow = 1;

  /** Forgets open and pending blocks: the store has what follows. */
  reset({ lastRow, recoveryRow }: StoredRows): void {
    this.#recoveryRow = recoveryRow;
    this.#open.clear();
    this.#pending = [];
    this.#nextRow = lastRow + 1;
  }

  addPatient(patient: PatientChain): void {
    this.#patients.set(patient.patientNo, patient);
  }

  patient(patientNo: number): PatientChain | undefined {
    return this.#patients.get(patientNo);
  }

  patients(): Iterable<PatientChain> {
    return this.#patients.values();
  }

  /** Puts the frame into its patient's open block, and seals that if it is full. `chain.state` has it already. */
  append(accepted: AcceptedFrame, nowMs: number): FramePosition {
    const rowId = this.#nextRow++;
    const height = this.restore(rowId, accepted, nowMs);
    const { patient } = accepted.chain;
    if (patient.open?.isFull === true) this.seal(patient, nowMs);
    return { rowId, height };
  }

  /** `append` of a frame that has its row, without sealing. Returns the height. */
  restore(rowId: number, accepted: AcceptedFrame, nowMs: number): number {
    const { chain, frame, leaf, missing, offsetMs, receivedMs } = accepted;
    const { patient } = chain;
    const open = patient.openFor(rowId, nowMs);
    if (open.firstRow === rowId) this.#open.set(patient, open);
    let minMs = Number.POSITIVE_INFINITY;
    let maxMs = Number.NEGATIVE_INFINITY;
    for (const { timeMs } of frame.readings) {
      const measuredMs = ruleTime({ t: timeMs, offsetMs, receivedAt: receivedMs });
      if (measuredMs < minMs) minMs = measuredMs;
      if (measuredMs > maxMs) maxMs = measuredMs;
    }
    // A void frame has no readings to be found by.
    if (frame.readings.length === 0) minMs = maxMs = receivedMs;
    open.add({ rowId, chain, seq: frame.seq, leaf, minMs, maxMs, missing });
    return open.height;
  }

  /** Seals the patient's open block, if there is one; it is in the store after the next transaction. */
  seal(patient: PatientChain, nowMs: number): void {
    if (patient.open === undefined) return;
    this.#open.delete(patient);
    this.#pending.push(sealOpenBlock(patient, patient.open, nowMs));
  }

  /** Seals the open block and, after it, a block of another kind, which may take frames' content away. */
  sealContent(
    patient: PatientChain,
    content: BlockContent,
    nowMs: number,
    erased: PendingBlock['erased'] = [],
  ): PendingBlock {
    this.seal(patient, nowMs);
    const pending = { patient, sealed: sealNext(patient, content, nowMs), erased };
    this.#pending.push(pending);
    return pending;
  }

  /** Seals the open block with the old key and, after it, the rekey block with the new one, which signs from then on. */
  rekey(patient: PatientChain, body: RekeyBody, signer: Signer, nowMs: number): PendingBlock {
    this.seal(patient, nowMs);
    patient.useSigner(signer);
    return this.sealContent(patient, { type: 'rekey', body }, nowMs);
  }

  /** Seals what has been open for its time. Returns how many blocks. */
  sealDue(nowMs: number): number {
    let count = 0;
    for (const [patient, open] of this.#open) {
      if (open.dueMs > nowMs) continue;
      this.seal(patient, nowMs);
      count++;
    }
    return count;
  }

  get hasPending(): boolean {
    return this.#pending.length > 0;
  }

  /** Writes the sealed blocks that are not in the store yet. */
  write(writer: StoreWriter): void {
    if (this.#pending.length === 0) return;
    for (const pending of this.#pending) writeBlock(writer, pending);
    const [oldest] = this.#open.values();
    const recoveryRow = oldest?.firstRow ?? this.#nextRow;
    if (recoveryRow - this.#recoveryRow < RECOVERY_LAG_FRAMES) return;
    writer.setRecoveryRow(recoveryRow);
    this.#recoveryRow = recoveryRow;
  }

  /** The transaction of `write` was committed. Returns its blocks. */
  committed(): readonly PendingBlock[] {
    const pending = this.#pending;
    if (pending.length === 0) return pending;
    this.#pending = [];
    for (const { patient } of pending) patient.committed();
    return pending;
  }
}
