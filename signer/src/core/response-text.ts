import { SignerError } from './errors.js';

/** Of one answer: more than a page of grants can have. */
export const ANSWER_MAX_BYTES = 8 * 1024 * 1024;

/**
 * A response's text, as far as it may go. @param maxBytes what there still is room for
 * @throws SignerError `ANSWER_TOO_LARGE`: no more of it was read
 */
export async function responseText(response: Response, maxBytes: number): Promise<string> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  const reader = response.body?.getReader();
  for (let read = await reader?.read(); read?.done === false; read = await reader?.read()) {
    length += read.value.length;
    if (length > maxBytes) {
      await reader?.cancel();
      throw new SignerError('ANSWER_TOO_LARGE', `An answer of more than ${maxBytes} bytes is not read`);
    }
    parts.push(read.value);
  }
  return new Blob(parts).text();
}
