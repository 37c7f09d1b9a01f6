import {
  ACCESS_ANSWER_MAX_BYTES,
  AccessAnswer,
  PROVIDER_ROUTES,
  type AccessItem,
} from '@careledger/protocol';
import { HttpClientError, type HttpClient } from '@careledger/service-kit';
import { failureOf } from './refusals.js';

/** One answer may bring as much as a provider releases at once. */
const ANSWER_TIMEOUT_MS = 30_000;

/** An item that a provider answered with a record. */
export type ReleasedItem = AccessItem & Required<Pick<AccessItem, 'access' | 'record'>>;

/**
 * Brings requests to their relay, and those again that an answer had no room for: what was decided of them stands.
 * @param requests at most ACCESS_BATCH_MAX_ITEMS
 * @returns in their order; a reason is the HttpClientError of the call, or what the relay says of the one request
 */
export async function askRelay<T extends { readonly statement: string }>(
  client: HttpClient,
  requests: readonly T[],
): Promise<PromiseSettledResult<ReleasedItem>[]> {
  const answers = new Map<T, PromiseSettledResult<ReleasedItem>>();
  let waiting = requests;
  while (waiting.length > 0) {
    const items = await itemsFor(client, waiting);
    if (items instanceof HttpClientError) {
      for (const request of waiting) answers.set(request, { status: 'rejected', reason: items });
      break;
    }
    const left = waiting.filter((_, index) => items[index]?.left === true);
    // Whoever releases nothing at all of many would be asked for ever.
    const isStuck = left.length === waiting.length;
    for (const [index, request] of waiting.entries())
      if (isStuck || items[index]?.left !== true) answers.set(request, settled(items[index]));
    waiting = isStuck ? [] : left;
  }
  return requests.map((request) => answers.get(request) ?? settled(undefined));
}

async function itemsFor(
  client: HttpClient,
  requests: readonly { readonly statement: string }[],
): Promise<AccessItem[] | HttpClientError> {
  try {
    const { items } = await client.call('POST', PROVIDER_ROUTES.access, {
      body: { statements: requests.map(({ statement }) => statement) },
      result: AccessAnswer,
      maxBytes: ACCESS_ANSWER_MAX_BYTES,
      timeoutMs: ANSWER_TIMEOUT_MS,
    });
    return items;
  } catch (error) {
    if (error instanceof HttpClientError) return error;
    throw error;
  }
}

function settled(item: AccessItem = { requestSid: null }): PromiseSettledResult<ReleasedItem> {
  const { access, record, problem } = item;
  if (problem === undefined && access !== undefined && record !== undefined)
    return { status: 'fulfilled', value: { ...item, access, record } };
  return { status: 'rejected', reason: failureOf(item) };
}
