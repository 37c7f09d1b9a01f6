import { join } from 'node:path';
import { openOrCreateKeyStore, type KeyStore } from '@careledger/crypto/key-store';
import { KEY_STORE_FILE } from '@careledger/service-kit';

/** Names of the provider's keys in its key store. */
export const KEY = {
  /** Encrypts what the store holds of tokens and sessions, and the signing keys. */
  store: 'identity/store',
  /** Signs cookies. */
  cookies: 'identity/cookies',
  /** Makes what stands for people of the hospital's own provider. */
  upstream: 'identity/upstream',
} as const;

/** Opens the key store and makes the keys at the first start. */
export async function openKeys(dataDir: string, passphrase: string): Promise<KeyStore> {
  const keys = await openOrCreateKeyStore({ path: join(dataDir, KEY_STORE_FILE), unlock: { passphrase } });
  const missing = Object.values(KEY).filter((name) => !keys.has(name));
  if (missing.length > 0) await keys.generate(...missing.map((name) => ({ name, type: 'secret' as const })));
  return keys;
}
