import { accessControl } from '@careledger/contracts';
import { toBase64url } from '@careledger/crypto';
import type { KeyStore } from '@careledger/crypto/key-store';
import { CHANNELS } from '@careledger/domain';
import { registerAttestor } from '../../attest/register-attestor.js';
import type { Ledger } from '../../ledger.js';
import type { Rotated } from './rotate-organisation-key.js';

/** Whose attestor, and under which name its key is in the key store. */
export interface AttestorKey {
  readonly networkId: string;
  readonly mspId: string;
  readonly name: string;
}

/**
 * Registers a new key of an attestor, then withdraws the former one, whose attestations stand. Killed anywhere, the same
 * call again goes on with the same key.
 * @param ledger as an admin of the organisation
 */
export async function rotateAttestor(
  ledger: Ledger,
  keys: KeyStore,
  { networkId, mspId, name }: AttestorKey,
): Promise<Rotated> {
  const former = keys.signer(name);
  const signer = await keys.stageSigner(name);
  const txIds = await registerAttestor(ledger, { networkId, mspId, signer }, CHANNELS);
  await withdrawAttestor(ledger, mspId, toBase64url(former.publicKey));
  await keys.completeRotation(name);
  return { use: 'attestor', newKey: toBase64url(signer.publicKey), txIds };
}

/**
 * Takes the right to attest from a key of an organisation on both channels. Repeating it changes nothing.
 * @param key raw, base64url
 * @returns when, by channel @throws LedgerError `ATTESTOR_UNKNOWN`
 */
export async function withdrawAttestor(
  ledger: Ledger,
  mspId: string,
  key: string,
): Promise<Record<string, string>> {
  const withdrawnAt: Record<string, string> = {};
  for (const channel of CHANNELS) {
    const { result } = await ledger
      .channel(channel)
      .submit(accessControl, 'WithdrawAttestor', { mspId, key });
    withdrawnAt[channel] = String(result.withdrawnAt);
  }
  return withdrawnAt;
}
