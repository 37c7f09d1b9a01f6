import type { Network } from '@hyperledger/fabric-gateway';
import { decodeBlock, type LedgerBlock } from './block.js';
import { reconnecting, type ReadOptions } from './reconnect.js';

export interface BlockOptions extends ReadOptions {
  /** First block wanted; default 0. */
  readonly startBlock?: bigint;
}

/** Every block of the channel in order, and the new ones as they come. Reconnects; ends with the signal. */
export async function* readBlocks(
  network: () => Network,
  options: BlockOptions,
): AsyncGenerator<LedgerBlock, void, undefined> {
  let next = options.startBlock ?? 0n;
  const open = () => network().getBlockEvents({ startBlock: next });
  for await (const block of reconnecting(`Blocks of ${network().getName()}`, open, options)) {
    const decoded = decodeBlock(block);
    next = decoded.number + 1n;
    yield decoded;
  }
}
