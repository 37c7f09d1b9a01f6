import type { KeyPeriod } from '@careledger/contracts';
import { fromBase64url, kidOf, type OkpCurve } from '@careledger/crypto';

/** The period that has not ended; undefined once the key was withdrawn without a successor. */
export function currentPeriod(periods: readonly KeyPeriod[]): KeyPeriod | undefined {
  return periods.find(({ until }) => until === undefined);
}

/** The key in force, raw bytes; undefined where all have ended. */
export function currentKey(periods: readonly KeyPeriod[]): Uint8Array | undefined {
  return rawKeyOf(currentPeriod(periods));
}

/** Whether this key (base64url, as the ledger has it) is the one in force. */
export function isCurrentKey(periods: readonly KeyPeriod[], key: string): boolean {
  return currentPeriod(periods)?.key === key;
}

/** Whether the key in force has this thumbprint. */
export function isCurrentKid(
  periods: readonly KeyPeriod[],
  kid: string,
  curve: OkpCurve = 'Ed25519',
): boolean {
  const key = currentKey(periods);
  return key !== undefined && kidOf(curve, key) === kid;
}

/** The key that was in force at a time, raw bytes: from its first millisecond to just before its end. */
export function keyAt(periods: readonly KeyPeriod[], atMs: number): Uint8Array | undefined {
  return rawKeyOf(
    periods.find(
      ({ from, until }) => Date.parse(from) <= atMs && (until === undefined || atMs < Date.parse(until)),
    ),
  );
}

/** Every key that was ever in force, raw bytes: what was signed before a rotation still verifies. */
export function everyKey(periods: readonly KeyPeriod[]): Uint8Array[] {
  return periods.map(({ key }) => fromBase64url(key));
}

const rawKeyOf = (period: KeyPeriod | undefined): Uint8Array | undefined =>
  period && fromBase64url(period.key);
