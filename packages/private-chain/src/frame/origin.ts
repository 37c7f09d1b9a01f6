import { toBase64url, utf8 } from '@careledger/crypto/portable';
import type { HashFunction } from '@careledger/crypto/portable';

const ORIGIN_PREFIX = 'careledger/frame-origin/v1\0';

/**
 * The `prev` of a device's frame 0 in an epoch: SHA-256(prefix ‖ deviceId ‖ NUL ‖ epoch), base64url. It ties the
 * whole chain to device and epoch. Neither name can hold a NUL, so that no two pairs share an origin.
 */
export function frameOrigin(deviceId: string, epoch: string, hash: HashFunction): string {
  return toBase64url(hash(utf8(`${ORIGIN_PREFIX}${deviceId}\0${epoch}`)));
}
