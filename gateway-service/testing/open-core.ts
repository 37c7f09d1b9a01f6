import { join } from 'node:path';
import { openOrCreateKeyStore, type KeyStore } from '@careledger/crypto/key-store';
import { sodiumVerifier } from '@careledger/crypto/sodium';
import { GatewayCore, type GatewayCoreOptions } from '../src/core.js';

export const GATEWAY_ID = 'gw_test';
export const PASSPHRASE = 'a passphrase for tests';
/** 2^10: scrypt must not dominate the tests. */
const CHEAP_SCRYPT_LOG_N = 10;

/** The key store of a test folder. */
export function openTestKeyStore(folder: string): Promise<KeyStore> {
  return openOrCreateKeyStore({
    path: join(folder, 'keys.json'),
    unlock: { passphrase: PASSPHRASE },
    scryptLogN: CHEAP_SCRYPT_LOG_N,
  });
}

/** A core on a folder, made if empty. Whatever ends it is thrown, unless a test listens. */
export function openTestCore(
  folder: string,
  keyStore: KeyStore,
  overrides: Partial<GatewayCoreOptions> = {},
): GatewayCore {
  return new GatewayCore({
    storePath: join(folder, 'gateway.db'),
    keyStore,
    consentKeys: { folder: join(folder, 'consent'), scryptLogN: CHEAP_SCRYPT_LOG_N },
    verifier: sodiumVerifier(),
    verifyThread: {
      onLost: (error) => {
        throw error;
      },
    },
    gatewayId: GATEWAY_ID,
    network: 'devnet',
    software: 'careledger-gateway/0.1.0',
    onFatal: (error) => {
      throw error;
    },
    ...overrides,
  });
}
