import { join } from 'node:path';
import type { KeyStore } from '@careledger/crypto/key-store';
import { openOrCreateKeyStore } from '@careledger/crypto/key-store';
import { KEY_STORE_FILE } from '@careledger/service-kit';

/** Names of this provider's keys in its key store. */
export const KEY = { signing: 'provider/signing', encryption: 'provider/encryption' } as const;

/** Opens the provider's key store and makes the keys at the first start. */
export async function openKeys(dataDir: string, passphrase: string): Promise<KeyStore> {
  const keys = await openOrCreateKeyStore({ path: join(dataDir, KEY_STORE_FILE), unlock: { passphrase } });
  if (!keys.has(KEY.signing))
    await keys.generate({ name: KEY.signing, type: 'ed25519' }, { name: KEY.encryption, type: 'x25519' });
  return keys;
}
