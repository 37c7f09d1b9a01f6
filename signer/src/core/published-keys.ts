import { PublishedKeysAnswer, readAnswer } from './answers.js';
import { SignerError } from './errors.js';
import { ANSWER_MAX_BYTES, responseText } from './response-text.js';

const REQUEST_TIMEOUT_MS = 30_000;
/** Of an authority: `GET`, without a token. */
const KEYS_PATH = '/v1/keys';

/**
 * The keys that an authority publishes at an address of its own, which TLS vouches for.
 * @param url of the authority, as the patient has it from there and not from the gateway
 * @throws SignerError `AUTHORITY_UNREACHABLE`, `AUTHORITY_MISMATCH`, `NETWORK_MISMATCH`, `ANSWER_MALFORMED`, `ANSWER_TOO_LARGE`
 */
export async function fetchAuthorityKeys(
  url: string,
  { authorityId, networkId }: { readonly authorityId: string; readonly networkId: string },
): Promise<PublishedKeysAnswer> {
  const answer = readAnswer(PublishedKeysAnswer, await answerOf(new URL(KEYS_PATH, url)));
  if (answer.authorityId !== authorityId)
    throw new SignerError(
      'AUTHORITY_MISMATCH',
      `${url} publishes the keys of ${answer.authorityId}, not those of ${authorityId}`,
    );
  if (answer.networkId !== networkId)
    throw new SignerError(
      'NETWORK_MISMATCH',
      `${url} is of network ${answer.networkId}, and you are of ${networkId}`,
    );
  return answer;
}

async function answerOf(url: URL): Promise<unknown> {
  try {
    const signal = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
    const response = await fetch(url, { redirect: 'error', signal, credentials: 'omit' });
    const text = await responseText(response, ANSWER_MAX_BYTES);
    if (response.ok) return JSON.parse(text);
    throw new SignerError('AUTHORITY_UNREACHABLE', `${url.href} answers with status ${response.status}`);
  } catch (cause) {
    if (cause instanceof SignerError) throw cause;
    throw new SignerError('AUTHORITY_UNREACHABLE', `${url.href} gives no answer`, { cause });
  }
}
