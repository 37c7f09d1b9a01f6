import { LruMap } from '@careledger/crypto';

/** What devices of one make have in common. */
export interface DeviceProfile {
  readonly type: string;
  /** LOINC codes that it may send. */
  readonly codes: ReadonlySet<string>;
}

const KEPT_PROFILES = 1_024;
const kept = new LruMap<string, DeviceProfile>(KEPT_PROFILES);

/** One object for all devices that have the same: there are thousands of them, and few makes. */
export function profileOf(type: string, codes: readonly string[]): DeviceProfile {
  const name = JSON.stringify([type, ...codes]);
  const known = kept.get(name);
  if (known !== undefined) return known;
  const profile = { type, codes: new Set(codes) };
  kept.set(name, profile);
  return profile;
}
