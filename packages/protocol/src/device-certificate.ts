/** A hash function as the callers have it. */
type Sha256Function = (data: Uint8Array) => Uint8Array;

const SERIAL_DOMAIN = 'careledger/device-certificate/v1/';
/** At most 20 (RFC 5280 section 4.1.2.2). */
const SERIAL_BYTES = 16;

/**
 * Serial number of the certificates that a device gets for a broker, 32 hex digits, positive. It follows from the device:
 * a certificate that is issued again replaces the former one, and whoever revokes need not know of either.
 */
export function deviceCertificateSerial(deviceId: string, sha256: Sha256Function): string {
  const serial = sha256(new TextEncoder().encode(`${SERIAL_DOMAIN}${deviceId}`)).slice(0, SERIAL_BYTES);
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  return [...serial].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
