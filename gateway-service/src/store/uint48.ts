/** Bytes of a row id, a number or a time in a blob: 2^48 frames are 89,000 years at a hundred a second. */
export const UINT48_BYTES = 6;
/** Of the higher two bytes. */
const HIGH_UNIT = 2 ** 32;

/** Big-endian. */
export function setUint48(view: DataView, at: number, value: number): void {
  view.setUint16(at, Math.floor(value / HIGH_UNIT));
  view.setUint32(at + 2, value % HIGH_UNIT);
}

export function getUint48(view: DataView, at: number): number {
  return view.getUint16(at) * HIGH_UNIT + view.getUint32(at + 2);
}
