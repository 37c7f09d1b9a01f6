import { discard, readBounded } from '../bounded-body.js';

const TIMEOUT_MS = 5_000;
/** Of a provider's metadata, or of its keys. */
const DOCUMENT_MAX_BYTES = 256 * 1024;

/** Fetches a JSON document; redirects are not followed. @throws where it does not come, is too large or no JSON */
export async function fetchJson(url: string): Promise<unknown> {
  const response = await fetch(url, {
    headers: { accept: 'application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (response.status !== 200) {
    await discard(response);
    throw new Error(`${url} answered ${response.status}`);
  }
  const bytes = await readBounded(response, DOCUMENT_MAX_BYTES);
  if (bytes === undefined) throw new Error(`${url} is larger than ${DOCUMENT_MAX_BYTES} bytes`);
  return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
}
