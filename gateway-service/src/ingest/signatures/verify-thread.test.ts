import { generateEd25519 } from '@careledger/crypto';
import { afterEach, expect, test } from '@jest/globals';
import { VERIFIED_BEFORE } from '../../../testing/failing-verifier.js';
import { until } from '../../../testing/until.js';
import type { SignedBytes } from './signed-bytes.js';
import type { Offered } from './offered-signatures.js';
import { VerifyThread, type VerifyThreadOptions } from './verify-thread.js';

const DYING = new URL('../../../testing/dying-verify.worker.js', import.meta.url);
const HANGING = new URL('../../../testing/hanging-verify.worker.js', import.meta.url);
const { signer } = generateEd25519();
const { publicKey } = signer;
const COUNT = 100;

const signed: readonly SignedBytes[] = Array.from({ length: COUNT }, (_, n) => {
  const message = Buffer.from(`message ${n}`);
  const signature = signer.sign(message);
  return { publicKey, signature, message: isGood(n) ? message : Buffer.from('another') };
});
function isGood(n: number): boolean {
  return n % 3 !== 0;
}

let thread: VerifyThread;
let lost: Error[];
afterEach(() => thread.close());

function open(options: Partial<VerifyThreadOptions> = {}): void {
  lost = [];
  thread = new VerifyThread({ onLost: (error) => lost.push(error), ...options });
}

const offerAll = () => signed.map((bytes) => thread.offer(bytes));

/** Offers all again and again until as many are answered. */
async function untilAnswered(count: number): Promise<void> {
  let [answers, offered] = [0, offerAll()];
  await until(
    () => {
      answers += answered(offered);
      offered = offerAll();
      return answers >= count;
    },
    () => `${answers} are answered`,
  );
  answered(offered);
}

/** How many it has answered; each answer is the right one. */
function answered(offered: readonly (Offered | undefined)[]): number {
  const answers = offered.map((one) => one?.take(publicKey));
  for (const [n, answer] of answers.entries()) if (answer !== undefined) expect(answer).toBe(isGood(n));
  return answers.filter((answer) => answer !== undefined).length;
}

test('it verifies what it is offered, again and again', async () => {
  open();
  for (let round = 0; round < 3; round++) {
    await untilAnswered(COUNT);
    // Lets it fall asleep.
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect(lost).toEqual([]);
});

test('one that dies in the middle leaves the rest to whoever asks, and another one follows after a while', async () => {
  open({ program: DYING });
  const first = offerAll();
  await until(
    () => lost.length === 1,
    () => 'it lives',
  );
  expect(lost[0]).toMatchObject({ message: 'It failed', cause: { message: 'It fails, as it is told to' } });
  // Nobody is there for now.
  expect(thread.offer(signed[0]!)).toBeUndefined();
  expect(answered(first)).toBe(VERIFIED_BEFORE);
  let again: (Offered | undefined)[] = [];
  await until(
    () => (again = offerAll()).some((one) => one !== undefined),
    () => 'no other one was started',
  );
  await until(
    () => lost.length === 2,
    () => 'the second lives',
  );
  expect(answered(again)).toBe(VERIFIED_BEFORE);
});

test('one that never answers is given up; what it was offered is taken back', async () => {
  open({ program: HANGING, hungMs: 200 });
  const offered = offerAll();
  await until(
    () => lost.length === 1,
    () => 'it was not given up',
  );
  expect(lost[0]?.message).toBe('It has answered nothing for 200 ms');
  expect(thread.offer(signed[0]!)).toBeUndefined();
  expect(answered(offered)).toBe(VERIFIED_BEFORE);
});

test('one that has nothing to do is not given up', async () => {
  open({ hungMs: 400 });
  await untilAnswered(1);
  // Before, it may have taken long to start.
  const before = lost.length;
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  expect(lost).toHaveLength(before);
});

test('closed, it takes nothing more, and says nothing of its end', async () => {
  open();
  const offered = offerAll();
  await thread.close();
  expect(offerAll().every((one) => one === undefined)).toBe(true);
  answered(offered);
  expect(lost).toEqual([]);
});
