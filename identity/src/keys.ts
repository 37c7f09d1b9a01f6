import { join } from 'node:path';
import { openOrCreateKeyStore, type KeyStore } from '@careledger/crypto/key-store';
import { KEY_STORE_FILE } from '@careledger/service-kit';

/** Names of the provider's keys in its key store. */
export const KEY = {
  /** Encrypts what the store holds of tokens and sessions, and the signing keys. */
  store: 'identity/store',
  /** Signs cookies. */
  cookies: 'identity/cookies',
} as const;

/** Opens the key store and makes the keys at the first start. */
export async function openKeys(dataDir: string, passphrase: string): Promise<KeyStore> {
  const keys = await openOrCreateKeyStore({ path: join(dataDir, KEY_STORE_FILE), unlock: { passphrase } });
  if (!keys.has(KEY.store))
    await keys.generate({ name: KEY.store, type: 'secret' }, { name: KEY.cookies, type: 'secret' });
  return keys;
}
