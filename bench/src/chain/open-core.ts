import { join } from 'node:path';
import { openOrCreateKeyStore, type KeyStore } from '@careledger/crypto/key-store';
import { sodiumVerifier } from '@careledger/crypto/sodium';
import { GatewayCore } from '@careledger/gateway-service';
import { GATEWAY_ID, NETWORK, SOFTWARE } from './names.js';

/** 2^10: opening keys is no part of any measure. */
const CHEAP_SCRYPT_LOG_N = 10;
/** Of the key store, and of patients that the bench makes. */
export const PASSPHRASE = 'of nobody, for the bench';

/** Where a gateway has its store. */
export const storePath = (folder: string): string => join(folder, 'gateway.db');

/** A gateway's keys in a folder, made if they are missing. */
export function openKeys(folder: string): Promise<KeyStore> {
  return openOrCreateKeyStore({
    path: join(folder, 'keys.json'),
    unlock: { passphrase: PASSPHRASE },
    scryptLogN: CHEAP_SCRYPT_LOG_N,
  });
}

/** The gateway's real core on the files of a folder. */
export async function openCore(
  folder: string,
  overrides: Partial<ConstructorParameters<typeof GatewayCore>[0]> = {},
): Promise<GatewayCore> {
  return new GatewayCore({
    storePath: storePath(folder),
    keyStore: await openKeys(folder),
    consentKeys: { folder: join(folder, 'consent'), scryptLogN: CHEAP_SCRYPT_LOG_N },
    verifier: sodiumVerifier(),
    gatewayId: GATEWAY_ID,
    network: NETWORK,
    software: SOFTWARE,
    onFatal: (error) => {
      throw error;
    },
    ...overrides,
  });
}
