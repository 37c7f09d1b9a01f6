import type { AccessItem } from '@careledger/protocol';
import type { HttpClient } from '@careledger/service-kit';
import { expect, test } from '@jest/globals';
import { askRelay, type PlacedAnswer } from './asking.js';

const REQUESTS = ['a', 'b', 'c', 'd', 'e'].map((statement) => ({ statement }));
const CIPHERTEXT_CHARS = 500_000;

/** A relay that releases so many at once; what it was sent, call by call. */
function relay(atOnce: number, chars: number) {
  const calls: string[][] = [];
  const call = async (_method: string, _path: string, { body }: { body?: unknown }) => {
    const { statements } = body as { statements: string[] };
    calls.push(statements);
    const items = statements.map((requestSid, index): AccessItem =>
      index < atOnce
        ? ({ requestSid, access: {}, record: { ciphertext: 'x'.repeat(chars) } } as unknown as AccessItem)
        : { requestSid, left: true },
    );
    return { items };
  };
  return { calls, client: { call: call as unknown as HttpClient['call'] } as HttpClient };
}
const placesOf = (part: readonly PlacedAnswer[]) => part.map(({ place }) => place);

test('an answer comes in parts of 1 MiB, and the next one is asked for when all of it was taken', async () => {
  const { calls, client } = relay(3, CIPHERTEXT_CHARS);
  const seen: { readonly places: readonly number[]; readonly calls: number }[] = [];
  for await (const part of askRelay(client, REQUESTS))
    seen.push({ places: placesOf(part), calls: calls.length });
  expect(seen).toEqual([
    { places: [0, 1], calls: 1 },
    { places: [2], calls: 1 },
    { places: [3, 4], calls: 2 },
  ]);
  expect(calls).toEqual([
    ['a', 'b', 'c', 'd', 'e'],
    ['d', 'e'],
  ]);
});

test('a record that is larger by itself is a part of its own', async () => {
  const { client } = relay(5, 3 * CIPHERTEXT_CHARS);
  const parts: (readonly number[])[] = [];
  for await (const part of askRelay(client, REQUESTS.slice(0, 3))) parts.push(placesOf(part));
  expect(parts).toEqual([[0], [1], [2]]);
});
