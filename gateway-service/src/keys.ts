import { join } from 'node:path';
import { openOrCreateKeyStore, type KeyStore } from '@careledger/crypto/key-store';
import { KEY_STORE_FILE } from '@careledger/service-kit';
import type { GatewayConfig } from './config.js';

/** Ed25519: attests transactions for the patients' organisation. */
export const ATTESTOR_KEY = 'gateway/attestor';

/** Opens the gateway's key store and makes its own key at the first start; patients' keys come with the patients. */
export async function openKeys(
  config: Pick<GatewayConfig, 'dataDir' | 'keyPassphrase' | 'scryptLogN'>,
): Promise<KeyStore> {
  const keys = await openOrCreateKeyStore({
    path: join(config.dataDir, KEY_STORE_FILE),
    unlock: { passphrase: config.keyPassphrase },
    ...(config.scryptLogN !== undefined && { scryptLogN: config.scryptLogN }),
  });
  if (!keys.has(ATTESTOR_KEY)) await keys.generate({ name: ATTESTOR_KEY, type: 'ed25519' });
  return keys;
}
