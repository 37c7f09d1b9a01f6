/** Bytes of a row id in a block's list: 2^48 frames are 89,000 years at a hundred a second. */
const ROW_ID_BYTES = 6;

/** Row ids of a block's frames, in the order of its leaves, as one blob. */
export function encodeRowList(rows: readonly number[]): Uint8Array {
  const bytes = Buffer.allocUnsafe(rows.length * ROW_ID_BYTES);
  for (const [index, row] of rows.entries()) bytes.writeUIntBE(row, index * ROW_ID_BYTES, ROW_ID_BYTES);
  return bytes;
}

export function decodeRowList(blob: Uint8Array): number[] {
  const bytes = Buffer.from(blob.buffer, blob.byteOffset, blob.length);
  const rows: number[] = [];
  for (let at = 0; at < bytes.length; at += ROW_ID_BYTES) rows.push(bytes.readUIntBE(at, ROW_ID_BYTES));
  return rows;
}
