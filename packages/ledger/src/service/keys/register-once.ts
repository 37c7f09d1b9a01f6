import type { KeyPeriod } from '@careledger/contracts';
import { isCurrentKey } from '@careledger/policy';
import { LedgerError } from '../../error.js';

interface OwnKeys {
  /** Raw, base64url. */
  readonly signingKey: string;
  readonly encryptionKey: string;
}
interface RegisteredKeys {
  readonly signingKeys: readonly KeyPeriod[];
  readonly encryptionKeys: readonly KeyPeriod[];
}

const EXISTS: ReadonlySet<string> = new Set(['AUTHORITY_EXISTS', 'PROVIDER_EXISTS']);

/**
 * Registers an organisation, unless it is registered with the keys that it has: after a rotation its registration would be
 * another one.
 * @param register resolves with the transaction's id
 * @param registered what the ledger has of it
 * @returns undefined where nothing was left to do @throws LedgerError
 */
export async function registerOnce(
  { signingKey, encryptionKey }: OwnKeys,
  register: () => Promise<string>,
  registered: () => Promise<RegisteredKeys>,
): Promise<string | undefined> {
  try {
    return await register();
  } catch (error) {
    if (!(error instanceof LedgerError) || !EXISTS.has(error.chaincodeCode ?? '')) throw error;
    const { signingKeys, encryptionKeys } = await registered();
    if (isCurrentKey(signingKeys, signingKey) && isCurrentKey(encryptionKeys, encryptionKey))
      return undefined;
    throw error;
  }
}
