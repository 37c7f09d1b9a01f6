import { CHANNELS } from '@careledger/domain';
import { registerAttestor } from '@careledger/ledger';
import { connectAsAdmin, type AdminIdentity } from '@careledger/ledger/service';
import { prepareDataDir } from '@careledger/service-kit';
import type { GatewayConfig } from './config.js';
import { ATTESTOR_KEY, openKeys } from './keys.js';

/**
 * Registers the key with which this gateway attests transactions for its organisation, on both channels, as the
 * organisation's admin. Repeating it changes nothing. Resolves with the transactions' ids by channel.
 */
export async function register(config: GatewayConfig, admin: AdminIdentity): Promise<Record<string, string>> {
  prepareDataDir(config.dataDir);
  await using keys = await openKeys(config);
  using ledger = connectAsAdmin(config.ledger, admin);
  const {
    ledger: { mspId },
    networkId,
  } = config;
  // Awaited here: the connection closes when this function ends.
  return await registerAttestor(ledger, { networkId, mspId, signer: keys.signer(ATTESTOR_KEY) }, CHANNELS);
}
