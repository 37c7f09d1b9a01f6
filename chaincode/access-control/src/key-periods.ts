import { ContractError, type KeyPeriod } from '@careledger/contracts';
import { fromBase64url, kidOf } from '@careledger/crypto';
import type { Timestamp } from '@careledger/domain';
import { currentPeriod, isCurrentKey, isCurrentKid } from '@careledger/policy';

/** The key in force, as the ledger has it, if it has this thumbprint. */
export function currentKeyOfKid(periods: readonly KeyPeriod[], kid: string): string | undefined {
  return isCurrentKid(periods, kid) ? currentPeriod(periods)?.key : undefined;
}

/** Ends the current key; old ones stay, so that old signatures can be checked. */
export function withdrawn(periods: readonly KeyPeriod[], at: Timestamp): KeyPeriod[] {
  return periods.map((period) => (period.until === undefined ? { ...period, until: at } : period));
}

/**
 * Replaces the current key with a new one.
 * @param used all keys that the holder has had for signing, whatever their use
 * @throws ContractError `KEY_UNCHANGED`, `KEY_REUSED`
 */
export function rotated(
  periods: readonly KeyPeriod[],
  newKey: string,
  at: Timestamp,
  used: readonly KeyPeriod[] = periods,
): KeyPeriod[] {
  if (isCurrentKey(periods, newKey)) throw new ContractError('KEY_UNCHANGED');
  // A key that was rotated away may be in a thief's hands, and one key for two uses would be two powers at once.
  if ([...periods, ...used].some(({ key }) => key === newKey)) throw new ContractError('KEY_REUSED');
  return [...withdrawn(periods, at), { key: newKey, from: at }];
}

/** The thumbprint of a signing key as the ledger has it. */
export const kidOfKey = (key: string): string => kidOf('Ed25519', fromBase64url(key));
