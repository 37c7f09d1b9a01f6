import { generateEd25519, nodeVerifier } from '@careledger/crypto';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Fifo } from '../../scheduling/fifo.js';
import { VerifiedLine, type SignedBytes } from './index.js';

const COUNT = 1_500;
const verifier = nodeVerifier();
const { signer } = generateEd25519();

interface Item {
  readonly index: number;
  readonly isGood: boolean;
  /** Undefined where nothing is to be verified. */
  readonly signed: SignedBytes | undefined;
}

/** Every seventh is forged, every eleventh has nothing to verify, every 97th is too long for a batch. */
const items: readonly Item[] = Array.from({ length: COUNT }, (_, index) => {
  const message = new Uint8Array(index % 97 === 0 ? 70_000 : 1 + (index % 600)).fill(index);
  const signature = signer.sign(message);
  const isGood = index % 7 !== 0;
  if (!isGood) message[0]! ^= 1;
  const signed = index % 11 === 0 ? undefined : { publicKey: signer.publicKey, message, signature };
  return { index, isGood, signed };
});

let line: VerifiedLine<Item>;
let verifiedHere = 0;
let wake = (): void => undefined;
afterEach(() => line.close());

function open(threads: number): void {
  const source = new Fifo<Item>();
  for (const item of items) source.push(item);
  verifiedHere = 0;
  line = new VerifiedLine<Item>({
    ...{ source, threads, onProgress: () => wake() },
    signedOf: ({ signed }) => signed,
    verify: ({ publicKey, message, signature }) => {
      verifiedHere++;
      return verifier.verify(publicKey, message, signature);
    },
  });
}

/** The next one, once it is known. */
async function next(): Promise<{ readonly item: Item; readonly isSigned: boolean | undefined } | undefined> {
  for (;;) {
    const woken = new Promise<void>((resolve) => (wake = resolve));
    const found = line.next();
    if (found !== undefined || line.size === 0) return found;
    await woken;
  }
}

/** Lets the threads start. */
const pause = () => new Promise((resolve) => setTimeout(resolve, 5));

describe.each([0, 1, 3])('with %d threads', (threads) => {
  test('every item comes in its order, with the right word on its signature', async () => {
    open(threads);
    for (const { index, isGood, signed } of items) {
      if (index % 50 === 0) await pause();
      const found = await next();
      expect(found?.item.index).toBe(index);
      if (found?.isSigned !== undefined) expect(found.isSigned).toBe(isGood);
      if (signed === undefined) expect(found?.isSigned).toBeUndefined();
    }
    expect(await next()).toBeUndefined();
    if (threads === 0) expect(verifiedHere).toBe(0);
    else expect(verifiedHere).toBeLessThan(COUNT / 2);
  });
});

test('what a thread that dies had is left to this one, in its order', async () => {
  open(2);
  for (let index = 0; index < COUNT; index++) {
    if (index < 200) await pause();
    if (index === 300) await line.close();
    const found = await next();
    expect(found?.item.index).toBe(index);
    if (found?.isSigned !== undefined) expect(found.isSigned).toBe(items[index]!.isGood);
  }
  expect(line.size).toBe(0);
});
