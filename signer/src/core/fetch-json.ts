import { SignerError } from './errors.js';

/** Of one answer: more than a page of grants can have. */
export const ANSWER_MAX_BYTES = 8 * 1024 * 1024;
const REQUEST_TIMEOUT_MS = 60_000;

export interface FetchedJson {
  readonly status: number;
  readonly isOk: boolean;
  readonly answer: unknown;
  readonly bytes: number;
}

/**
 * Asks once, follows nobody elsewhere, and reads the answer as JSON, as far as it may go.
 * @param maxBytes what there still is room for
 * @throws SignerError `ANSWER_TOO_LARGE`: no more of it was read. Whatever `fetch` and `JSON.parse` throw
 */
export async function fetchJson(
  url: URL,
  { maxBytes = ANSWER_MAX_BYTES, signal, ...init }: RequestInit & { readonly maxBytes?: number } = {},
): Promise<FetchedJson> {
  const limits = [AbortSignal.timeout(REQUEST_TIMEOUT_MS), ...(signal ? [signal] : [])];
  const response = await fetch(url, { ...init, redirect: 'error', signal: AbortSignal.any(limits) });
  const body = await bodyOf(response, maxBytes);
  const { status, ok: isOk } = response;
  return { status, isOk, answer: JSON.parse(await body.text()), bytes: body.size };
}

/** Reads a body as far as it may go. @throws SignerError `ANSWER_TOO_LARGE` */
export async function bodyOf(response: Response, maxBytes: number): Promise<Blob> {
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
  return new Blob(parts);
}
