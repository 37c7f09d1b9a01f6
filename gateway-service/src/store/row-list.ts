import { UINT48_BYTES, getUint48, setUint48 } from './uint48.js';

/** Row ids of a block's frames, in the order of its leaves, as one blob. */
export function encodeRowList(rows: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(rows.length * UINT48_BYTES));
  for (let index = 0; index < rows.length; index++)
    setUint48(view, index * UINT48_BYTES, rows[index] as number);
  return new Uint8Array(view.buffer);
}

export function decodeRowList(blob: Uint8Array): number[] {
  const view = new DataView(blob.buffer, blob.byteOffset, blob.length);
  const rows: number[] = [];
  for (let at = 0; at < blob.length; at += UINT48_BYTES) rows.push(getUint48(view, at));
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
