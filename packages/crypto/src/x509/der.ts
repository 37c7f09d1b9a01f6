/** Tags of the Distinguished Encoding Rules (X.690) that certificates and revocation lists are made of. */
export const DER = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectId: 0x06,
  utf8String: 0x0c,
  sequence: 0x30,
  set: 0x31,
  utcTime: 0x17,
  generalizedTime: 0x18,
  /** `[0]` and `[3]`, explicit. */
  context0: 0xa0,
  context3: 0xa3,
  /** `[0]`, implicit, of bytes; in names of hosts `[2]` is a DNS name and `[7]` an address. */
  implicit0: 0x80,
  implicit2: 0x82,
  implicit7: 0x87,
} as const;

const SHORT_LENGTH_MAX = 0x7f;
const LONG_LENGTH = 0x80;

export interface DerValue {
  readonly tag: number;
  readonly content: Uint8Array;
  /** With tag and length. */
  readonly whole: Uint8Array;
}

/** A value of these parts. */
export function der(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = Buffer.concat(parts);
  const { length } = content;
  if (length <= SHORT_LENGTH_MAX) return Buffer.concat([Buffer.of(tag, length), content]);
  const digits = Buffer.from(
    length.toString(16).padStart(2 * Math.ceil(length.toString(16).length / 2), '0'),
    'hex',
  );
  return Buffer.concat([Buffer.of(tag, LONG_LENGTH | digits.length), digits, content]);
}

/** The values that stand one after another in `bytes`. @throws RangeError for bytes that end too early */
export function readDer(bytes: Uint8Array): DerValue[] {
  const values: DerValue[] = [];
  for (let at = 0; at < bytes.length;) {
    const [tag = 0, first = 0] = bytes.subarray(at);
    const digits = first > SHORT_LENGTH_MAX ? first & SHORT_LENGTH_MAX : 0;
    let length = digits === 0 ? first : 0;
    for (const digit of bytes.subarray(at + 2, at + 2 + digits)) length = length * 256 + digit;
    const from = at + 2 + digits;
    const end = from + length;
    if (end > bytes.length) throw new RangeError('A value of this certificate ends beyond its end');
    values.push({ tag, content: bytes.subarray(from, end), whole: bytes.subarray(at, end) });
    at = end;
  }
  return values;
}
