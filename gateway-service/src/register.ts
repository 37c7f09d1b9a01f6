import { mkdirSync, readFileSync } from 'node:fs';
import { accessControl } from '@careledger/contracts';
import {
  MemoryCheckpoints,
  MemoryJournal,
  attestorRegistration,
  connectLedger,
  loadConnection,
} from '@careledger/ledger';
import type { GatewayConfig } from './config.js';
import { ATTESTOR_KEY, openKeys } from './keys.js';

export interface AdminIdentity {
  readonly certificateFile: string;
  readonly privateKeyFile: string;
}

/**
 * Registers the key with which this gateway attests transactions for its organisation, on both channels, as the
 * organisation's admin. Repeating it changes nothing. Resolves with the transactions' ids by channel.
 */
export async function register(config: GatewayConfig, admin: AdminIdentity): Promise<Record<string, string>> {
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  await using keys = await openKeys(config);
  const { mspId, connectionFile, peerMspId } = config.ledger;
  const signer = keys.signer(ATTESTOR_KEY);
  using ledger = connectLedger({
    connection: loadConnection(connectionFile),
    mspId,
    certificatePem: readFileSync(admin.certificateFile, 'utf8'),
    privateKeyPem: readFileSync(admin.privateKeyFile, 'utf8'),
    journal: new MemoryJournal(),
    checkpoints: new MemoryCheckpoints(),
    ...(peerMspId && { peerMspId }),
  });
  const channels = ['authorities', 'cloud'] as const;
  const statement = attestorRegistration({ networkId: config.networkId, mspId, signer }, [...channels]);
  const txIds: Record<string, string> = {};
  for (const name of channels) {
    const { result } = await ledger.channel(name).submit(accessControl, 'RegisterAttestor', { statement });
    txIds[name] = result.txId;
  }
  return txIds;
}
