import { join } from 'node:path';
import { openOrCreateKeyStore, type KeyStore } from '@careledger/crypto/key-store';
import { KEY_STORE_FILE, prepareDataDir } from '@careledger/service-kit';

/** Names of this authority's keys in its key store. */
export const KEY = {
  signing: 'authority/signing',
  encryption: 'authority/encryption',
  breakGlass: 'authority/break-glass',
  /** Attests transactions for the organisation. */
  attestor: 'authority/attestor',
  /** Makes record ids that nobody else can link. */
  recordIds: 'authority/record-ids',
  /** Encrypts what the own store holds of persons. */
  store: 'authority/store',
} as const;

/** Name of a practitioner's signing key. */
export const practitionerKey = (practitionerId: string): string => `practitioner/${practitionerId}`;

/** Opens the authority's key store in its data folder and makes both at the first start. */
export async function openKeys(dataDir: string, passphrase: string): Promise<KeyStore> {
  prepareDataDir(dataDir);
  const keys = await openOrCreateKeyStore({ path: join(dataDir, KEY_STORE_FILE), unlock: { passphrase } });
  if (!keys.has(KEY.signing))
    await keys.generate(
      { name: KEY.signing, type: 'ed25519' },
      { name: KEY.encryption, type: 'x25519' },
      { name: KEY.attestor, type: 'ed25519' },
      { name: KEY.breakGlass, type: 'x25519' },
      { name: KEY.recordIds, type: 'secret' },
      { name: KEY.store, type: 'secret' },
    );
  return keys;
}
