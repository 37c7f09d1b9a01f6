import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { PASSPHRASE } from '../../testing/open-core.js';
import type { SimulatedDevice } from '../../testing/simulated-device.js';
import { TestCore } from '../../testing/test-core.js';
import type { Patient } from './index.js';
import {
  FREE_MISTAKES,
  MISTAKES_FORGOTTEN_MS,
  MISTAKE_PAUSE_MAX_MS,
  MISTAKE_PAUSE_MS,
  WAITING_MAX,
  WAITING_PER_PATIENT_MAX,
} from './limits.js';

/** Half of what real keys cost. */
const DEAR_LOG_N = 16;
/** Frames of a measure, one after another. */
const FRAMES = 25;
/** An idle machine's frame may take much less than this; nobody minds. */
const NOISE_MS = 5;
const WRONG = 'not the passphrase at all';
const refused = (code: string) => expect.objectContaining({ code });

let t: TestCore;
let patient: Patient;
beforeEach(async () => {
  t = await TestCore.open();
  patient = await t.patient();
});
afterEach(() => t[Symbol.asyncDispose]());

const guess = (caller: string, passphrase = WRONG, of = patient) =>
  t.core.patients.unlockConsent(of.patientId, passphrase, caller);
const right = (caller: string, of = patient) => guess(caller, PASSPHRASE, of);
const locked = refused('KEY_STORE_LOCKED');
const backOff = refused('PASSPHRASE_BACKOFF');

async function mistake(caller: string, times: number, of = patient): Promise<void> {
  for (let n = 0; n < times; n++) await expect(guess(caller, WRONG, of)).rejects.toEqual(locked);
}

describe('wrong passphrases', () => {
  test('eight in flight keep no PUBACK waiting', async () => {
    await t.reopen({ consentKeys: { folder: join(t.folder, 'dear'), scryptLogN: DEAR_LOG_N } });
    const patients = [await t.patient(), await t.patient()];
    const device = t.pair(patients[0] ?? patient);
    const idleMs = await frameTimesMs(device, FRAMES);
    const fromMs = performance.now();
    await guess('a token', WRONG, patients[0]).catch(() => undefined);
    const stretchMs = performance.now() - fromMs;
    let inFlight = 0;
    const attempts = patients.flatMap((of, n) =>
      Array.from({ length: 4 }, async (_, m) => {
        inFlight += 1;
        await guess(`token ${n} ${m}`, WRONG, of).catch(() => undefined);
        inFlight -= 1;
      }),
    );
    const busyMs = await frameTimesMs(device, FRAMES, () => inFlight > 0);
    await Promise.all(attempts);
    // On libuv's pool frames wait for whole derivations, and four of these at a time: a hundred times the idle mean.
    expect(Math.max(...busyMs)).toBeLessThan(stretchMs);
    expect(mean(busyMs) / Math.max(mean(idleMs), NOISE_MS)).toBeLessThan(15);
  }, 120_000);

  test('cost pauses that double, also for the right one; it opens when the pause is over, and then all is forgiven', async () => {
    await mistake('token', FREE_MISTAKES);
    await expect(right('token')).rejects.toEqual(backOff);
    await expect(right('token')).rejects.toMatchObject({ members: { retryAfterS: MISTAKE_PAUSE_MS / 1000 } });
    t.nowMs += MISTAKE_PAUSE_MS;
    await mistake('token', 1);
    t.nowMs += MISTAKE_PAUSE_MS;
    await expect(guess('token')).rejects.toEqual(backOff);
    t.nowMs += MISTAKE_PAUSE_MS;
    await right('token');
    await mistake('token', FREE_MISTAKES);
  });

  test('guessed at once are no more than guessed one after another', async () => {
    const guesses = await Promise.allSettled(
      Array.from({ length: WAITING_PER_PATIENT_MAX }, () => guess('token')),
    );
    const codes = guesses.map((outcome) => (outcome.status === 'rejected' ? outcome.reason.code : 'opened'));
    expect(codes.filter((code) => code === 'KEY_STORE_LOCKED')).toHaveLength(FREE_MISTAKES);
    expect(codes.filter((code) => code === 'PASSPHRASE_BACKOFF')).toHaveLength(
      WAITING_PER_PATIENT_MAX - FREE_MISTAKES,
    );
  });

  test('from several tokens guess no faster at one patient than from one', async () => {
    await mistake('one token', FREE_MISTAKES - 1);
    await mistake('another token', 1);
    for (const token of ['one token', 'another token']) await expect(guess(token)).rejects.toEqual(backOff);
  });

  test('about one patient hold up the same token’s guesses about another', async () => {
    const other = await t.patient();
    await mistake('token', FREE_MISTAKES);
    await expect(guess('token', WRONG, other)).rejects.toEqual(backOff);
  });

  test('do not lock out the right one: not with another token, and with the same for a minute at most', async () => {
    for (let n = 0; n < 12; n++) {
      t.nowMs += MISTAKE_PAUSE_MAX_MS;
      await mistake('the thief’s', 1);
    }
    await expect(guess('the thief’s')).rejects.toEqual(backOff);
    await right('the patient’s');
    t.nowMs += MISTAKE_PAUSE_MAX_MS;
    await right('the thief’s');
  });

  test('are not forgiven for a key that the guesser can open', async () => {
    const own = await t.patient();
    await mistake('token', FREE_MISTAKES - 1);
    await right('token', own);
    await mistake('token', 1);
    await expect(guess('token')).rejects.toEqual(backOff);
  });

  test('are forgotten after an hour', async () => {
    await mistake('token', FREE_MISTAKES);
    t.nowMs += MISTAKES_FORGOTTEN_MS + 1;
    await mistake('token', FREE_MISTAKES);
  });
});

test('the line of passphrases is bounded, for a patient and for all, and takes turns', async () => {
  const many = await Promise.all(Array.from({ length: 9 }, () => t.patient()));
  const order: string[] = [];
  const attempts = many.flatMap((of, n) =>
    Array.from({ length: WAITING_PER_PATIENT_MAX + 1 }, () =>
      right(`token ${n}`, of).then(
        () => order.push(of.patientId),
        (error: { code: string }) => error.code,
      ),
    ),
  );
  const outcomes = await Promise.all(attempts);
  const opened = outcomes.filter((outcome) => typeof outcome === 'number');
  expect(opened.length).toBeLessThanOrEqual(WAITING_MAX + 1);
  expect(opened.length).toBeGreaterThanOrEqual(WAITING_MAX);
  expect(new Set(outcomes.filter((outcome) => typeof outcome === 'string'))).toEqual(
    new Set(['PASSPHRASES_BUSY']),
  );
  // Everybody had one turn before anybody's third.
  expect(new Set(order.slice(0, 10)).size).toBeGreaterThanOrEqual(8);
});

test('a gateway that closes lets no passphrase wait', async () => {
  const waiting = [right('token'), right('token')];
  const settled = Promise.allSettled(waiting);
  await t.core.patients.close();
  expect((await settled).at(-1)).toMatchObject({ status: 'rejected', reason: { code: 'PASSPHRASES_BUSY' } });
});

/** How long frames take to be acknowledged, one after another, while `goOn` says so. Milliseconds. */
async function frameTimesMs(device: SimulatedDevice, count: number, goOn = () => true): Promise<number[]> {
  const times: number[] = [];
  for (let n = 0; n < count && goOn(); n++) {
    const fromMs = performance.now();
    await t.next(device);
    times.push(performance.now() - fromMs);
  }
  expect(times.length).toBeGreaterThan(0);
  return times;
}

function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}
