import { checkFrame, nodeMerkleHasher, parseFrame } from '@careledger/private-chain';
import { StoreError, type FrameRow, type StoreReader } from '../store/index.js';
import type { DeviceChain } from './device-chain.js';
import type { DeviceChains } from './device-chains.js';
import type { ChainKeeper } from './keeper.js';
import { READ_PAGE_FRAMES } from './limits.js';

export interface ChainRecoveryOptions {
  readonly read: StoreReader;
  readonly keeper: ChainKeeper;
  readonly chains: DeviceChains;
  readonly clock: () => number;
}

/**
 * Brings the chains in memory to what the store has: heads from the newest blocks; open blocks and device chains from
 * the frames that are in no sealed block yet. Reads from the store's recovery row on: at most what came within one seal
 * interval, and `RECOVERY_LAG_FRAMES`. At the start, and after a transaction that failed.
 */
export class ChainRecovery {
  readonly #options: ChainRecoveryOptions;

  constructor(options: ChainRecoveryOptions) {
    this.#options = options;
  }

  /** @throws StoreError `STORE_INCONSISTENT` */
  recover(): void {
    const { read, keeper, chains, clock } = this.#options;
    const nowMs = clock();
    const recoveryRow = read.recoveryRow();
    keeper.reset({ lastRow: read.lastFrameRow(), recoveryRow });
    for (const { patientNo, chainState } of read.patients()) keeper.patient(patientNo)?.reset(chainState);
    chains.reset();
    let after = recoveryRow - 1;
    for (;;) {
      const page = read.framesAfter(after, READ_PAGE_FRAMES);
      for (const row of page) {
        const chain = chains.get(row.chainNo);
        if (row.height > chain.patient.state.height) restoreFrame(row, chain, keeper, nowMs);
      }
      const last = page.at(-1);
      if (last === undefined) return;
      after = last.rowId;
    }
  }
}

function restoreFrame(row: FrameRow, chain: DeviceChain, keeper: ChainKeeper, nowMs: number): void {
  if (row.jws === null) throw inconsistent(row, 'it was erased before it was sealed');
  const leaf = nodeMerkleHasher.leaf(row.jws);
  const frame = parseFrame(row.jws);
  const verdict = checkFrame(chain.state, frame, leaf, () => undefined);
  if (verdict.outcome !== 'accepted') throw inconsistent(row, `it does not fit its device's chain again`);
  chain.state = verdict.nextState;
  const missing = verdict.gap === undefined ? 0 : verdict.gap.to - verdict.gap.from + 1;
  const { offsetMs, receivedMs } = row;
  const height = keeper.restore(row.rowId, { chain, frame, leaf, missing, offsetMs, receivedMs }, nowMs);
  if (height !== row.height)
    throw inconsistent(row, `it belongs to block ${row.height}, block ${height} is open`);
}

function inconsistent({ rowId }: FrameRow, reason: string): StoreError {
  return new StoreError('STORE_INCONSISTENT', `Frame ${rowId} of the store: ${reason}. Restore a backup.`);
}
