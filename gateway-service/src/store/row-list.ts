/** Bytes of a row id in a block's list: 2^48 frames are 89,000 years at a hundred a second. */
const ROW_ID_BYTES = 6;
/** Of its higher two bytes. */
const HIGH_UNIT = 2 ** 32;

/** Row ids of a block's frames, in the order of its leaves, as one blob. */
export function encodeRowList(rows: readonly number[]): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(rows.length * ROW_ID_BYTES));
  let at = 0;
  for (const row of rows) {
    bytes.setUint16(at, Math.floor(row / HIGH_UNIT));
    bytes.setUint32(at + 2, row % HIGH_UNIT);
    at += ROW_ID_BYTES;
  }
  return new Uint8Array(bytes.buffer);
}

export function decodeRowList(blob: Uint8Array): number[] {
  const bytes = new DataView(blob.buffer, blob.byteOffset, blob.length);
  const rows: number[] = [];
  for (let at = 0; at < blob.length; at += ROW_ID_BYTES)
    rows.push(bytes.getUint16(at) * HIGH_UNIT + bytes.getUint32(at + 2));
  return rows;
}

/** Ascending row ids as their runs of consecutive ones, first and last: a patient's frames often came together. */
export function* spansOf(rows: readonly number[]): Iterable<readonly [from: number, to: number]> {
  let from = rows[0];
  for (let index = 0; from !== undefined; index++) {
    const to = rows[index] as number;
    const next = rows[index + 1];
    if (next === to + 1) continue;
    yield [from, to];
    from = next;
  }
}
