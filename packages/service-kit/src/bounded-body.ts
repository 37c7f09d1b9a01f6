/** First size of what a body is gathered in; it doubles as the body grows. */
const FIRST_CAPACITY_BYTES = 16 * 1024;

/**
 * Reads a response's body to its end, after decompression and piece by piece, so that no more than `maxBytes` of it and
 * the piece under way are ever in memory. What is over the cap is not read: the connection is closed.
 * @returns undefined where the body is larger than `maxBytes`
 * @throws whatever ends the body early, e.g. the abort of the fetch's signal
 */
export async function readBounded(response: Response, maxBytes: number): Promise<Uint8Array | undefined> {
  const stream: ReadableStream<Uint8Array> | null = response.body;
  if (stream === null) return new Uint8Array();
  // Copied into one buffer: a server may send single bytes, and a piece of one byte holds on to its whole packet.
  let gathered = new Uint8Array(Math.min(FIRST_CAPACITY_BYTES, maxBytes));
  let length = 0;
  // Leaving the loop cancels the stream.
  for await (const piece of stream) {
    if (length + piece.length > maxBytes) return undefined;
    if (length + piece.length > gathered.length) {
      const capacity = Math.max(length + piece.length, 2 * gathered.length);
      const larger = new Uint8Array(Math.min(capacity, maxBytes));
      larger.set(gathered.subarray(0, length));
      gathered = larger;
    }
    gathered.set(piece, length);
    length += piece.length;
  }
  return gathered.subarray(0, length);
}

/** Closes the connection of a response whose body nobody wants. */
export async function discard(response: Response): Promise<void> {
  // A body that broke meanwhile is as good as discarded.
  await response.body?.cancel().catch(() => undefined);
}
