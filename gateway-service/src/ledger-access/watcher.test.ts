import { expect, test } from '@jest/globals';
import { startRecoveryHearing } from '../consent/index.js';
import { startWatcher } from './watcher.js';

const logger = { warn: () => undefined, error: () => undefined };
const [anew, known] = [['a', 'b'], ['c']];

/** A channel on which patients are registered, and a key of another one changes then. */
function changing() {
  const isHeard = Promise.withResolvers<void>();
  const events = async function* (_contract: unknown, { signal }: { signal: AbortSignal }) {
    const ack = async () => undefined;
    yield { name: 'PatientsChanged', payload: { patientIds: anew, areNew: true }, ack };
    yield { name: 'PatientsChanged', payload: { patientIds: known }, ack };
    isHeard.resolve();
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
  };
  return { ledger: { channel: () => ({ events: events as never }) }, isHeard: isHeard.promise };
}

test('of patients who were registered nothing is asked: whose key has changed is looked at, however many they are', async () => {
  const { ledger, isHeard } = changing();
  const compared: string[] = [];
  const rotations = { compare: async (patientId: string) => void compared.push(patientId) };
  const watcher = startWatcher({ ledger, logger, rotations } as never);
  await isHeard;
  await watcher.stop();
  expect(compared).toEqual(known);
});

test('nor are there recoveries of theirs', async () => {
  const { ledger, isHeard } = changing();
  const heard: string[] = [];
  const hearing = { hear: async (patientId: string) => void heard.push(patientId) };
  const worker = startRecoveryHearing(ledger, hearing, logger);
  await isHeard;
  await worker.stop();
  expect(heard).toEqual(known);
});
