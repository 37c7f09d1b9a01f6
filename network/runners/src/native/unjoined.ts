import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Below its ledger's folder, where a node has a folder for each channel that it has joined. */
const CHANNELS_OF = { peer: join('ledgersData', 'chains', 'chains'), orderer: 'chains' } as const;

/**
 * Deletes what a node that has joined no channel has on disk, so that it starts from nothing. There is no data in it,
 * and a node that was killed while it made its databases would not open them again: Fabric takes a folder with
 * anything in it for a whole database (common/ledger/util/leveldbhelper).
 */
export async function discardUnjoined(ledger: string, kind: keyof typeof CHANNELS_OF): Promise<void> {
  const channels = await readdir(join(ledger, CHANNELS_OF[kind])).catch(() => []);
  if (channels.length === 0) await rm(ledger, { recursive: true, force: true });
}
