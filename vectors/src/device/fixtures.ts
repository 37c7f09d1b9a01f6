import { sha256, signerFromSeed, toBase64url } from '@careledger/crypto';
import { deviceIdOf } from '@careledger/domain';

/** The device of the vectors, and one that is not. Never use these keys for anything else. */
export const device = signerFromSeed(new Uint8Array(32).fill(0x41));
export const stranger = signerFromSeed(new Uint8Array(32).fill(0x42));

export const deviceKey = toBase64url(device.publicKey);
export const deviceId = deviceIdOf(device.publicKey, sha256);
export const GATEWAY_ID = 'gateway-home-1';
export const PAIRING_CODE = 'k3v5y2qhzpd7m4xa';
/** The gateway's clock, seconds. */
export const NOW = 1_767_225_600;
