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
/** Base64url of ciphertext in one part, unless one record has more: opened and parsed it takes many times its size. */
const PART_MAX_CHARS = 1024 * 1024;

/** An item that a provider answered with a record. */
export type ReleasedItem = AccessItem & Required<Pick<AccessItem, 'access' | 'record'>>;

/** What a relay said of the request at that place. */
export interface PlacedAnswer {
  readonly place: number;
  readonly answer: PromiseSettledResult<ReleasedItem>;
}

/**
 * Brings requests to their relay, and those again that an answer had no room for: what was decided of them stands. Yields what
 * each answer brought, part by part, before it asks for the next one: no more than one answer has to be in memory, and of that no
 * more than one part is open.
 * @param requests at most ACCESS_BATCH_MAX_ITEMS
 * @returns each request's answer once; a reason is the HttpClientError of the call, or what the relay says of the one request
 */
export async function* askRelay(
  client: HttpClient,
  requests: readonly { readonly statement: string }[],
): AsyncGenerator<readonly PlacedAnswer[]> {
  let waiting = requests.map(({ statement }, place) => ({ statement, place }));
  while (waiting.length > 0) {
    const items = await itemsFor(client, waiting);
    if (items instanceof HttpClientError) {
      yield waiting.map(({ place }) => ({ place, answer: { status: 'rejected', reason: items } }));
      return;
    }
    const isLeft = (index: number): boolean => items[index]?.left === true;
    // Whoever releases nothing at all of many would be asked for ever.
    const isStuck = waiting.every((_, index) => isLeft(index));
    const left = isStuck ? [] : waiting.filter((_, index) => isLeft(index));
    yield* partsOf(
      waiting.flatMap(({ place }, index) =>
        isStuck || !isLeft(index) ? [{ place, answer: settled(items[index]) }] : [],
      ),
    );
    waiting = left;
  }
}

function* partsOf(answers: readonly PlacedAnswer[]): Generator<readonly PlacedAnswer[]> {
  let part: PlacedAnswer[] = [];
  let chars = 0;
  for (const each of answers) {
    const { answer } = each;
    const more = answer.status === 'fulfilled' ? answer.value.record.ciphertext.length : 0;
    if (part.length > 0 && chars + more > PART_MAX_CHARS) {
      yield part;
      [part, chars] = [[], 0];
    }
    part.push(each);
    chars += more;
  }
  yield part;
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
