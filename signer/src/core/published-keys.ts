import { PUBLISHED_KEYS_PATH, PublishedKeys } from '@careledger/protocol/published-keys';
import { readAnswer } from './answers.js';
import { SignerError } from './errors.js';
import { fetchJson } from './fetch-json.js';

/**
 * The keys that an authority publishes at an address of its own, which TLS vouches for.
 * @param url of the authority, as the patient has it from there and not from the gateway
 * @throws SignerError `AUTHORITY_UNREACHABLE`, `AUTHORITY_MISMATCH`, `NETWORK_MISMATCH`, `ANSWER_MALFORMED`, `ANSWER_TOO_LARGE`
 */
export async function fetchAuthorityKeys(
  url: string,
  { authorityId, networkId }: { readonly authorityId: string; readonly networkId: string },
): Promise<PublishedKeys> {
  const answer = readAnswer(PublishedKeys, await answerOf(new URL(PUBLISHED_KEYS_PATH, url)));
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
    const { isOk, status, answer } = await fetchJson(url, { credentials: 'omit' });
    if (isOk) return answer;
    throw new SignerError('AUTHORITY_UNREACHABLE', `${url.href} answers with status ${status}`);
  } catch (cause) {
    if (cause instanceof SignerError) throw cause;
    throw new SignerError('AUTHORITY_UNREACHABLE', `${url.href} gives no answer`, { cause });
  }
}
