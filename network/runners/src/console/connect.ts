import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  connectLedger,
  MemoryCheckpoints,
  MemoryJournal,
  type Ledger,
  type NetworkConnection,
} from '@careledger/ledger';
import { RunnerError } from '../errors.js';
import type { FoundNetwork } from './networks.js';

/** Connects as an identity of the network's folder. @throws RunnerError UNKNOWN_NAME */
export function connectAs({ connection, dir }: FoundNetwork, mspId: string, user: string): Ledger {
  const folder = join(dir, 'organizations', mspId, user);
  if (!existsSync(folder)) {
    throw new RunnerError(
      'UNKNOWN_NAME',
      `${dir} has no identity ${user} of ${mspId}: see ${dir}/organizations`,
    );
  }
  return connectLedger({
    connection,
    mspId,
    peerMspIds: routes(connection, mspId),
    certificatePem: readFileSync(join(folder, 'cert.pem'), 'utf8'),
    privateKeyPem: readFileSync(join(folder, 'key.pem'), 'utf8'),
    journal: new MemoryJournal(),
    checkpoints: new MemoryCheckpoints(),
  });
}

/** Whose peers are asked on each channel: the organisation's own, or, where it has none, everybody's. */
function routes({ channels }: NetworkConnection, mspId: string): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(channels).map(([name, { organizations }]) => [
      name,
      Object.hasOwn(organizations, mspId) ? [mspId] : Object.keys(organizations),
    ]),
  );
}
