import type { ChannelName } from '@careledger/domain';
import { expect, test } from '@jest/globals';
import { startWatchers } from './watcher.js';

const logger = { warn: () => undefined, error: () => undefined };
const [anew, known] = [['a', 'b'], ['c']];
const policy = { changes: [{ patientId: 'c', policyVersion: 2, granted: [], revoked: ['g'] }] };

/** Channels on which patients are registered, and a key and a policy of another one change then. */
function changing() {
  const toHear = new Set<ChannelName>(['authorities', 'cloud']);
  const areHeard = Promise.withResolvers<void>();
  const eventsOf = (channel: ChannelName) =>
    async function* (_contract: unknown, { signal }: { signal: AbortSignal }) {
      const ack = async () => undefined;
      yield { name: 'PatientsChanged', payload: { patientIds: anew, areNew: true }, ack };
      yield { name: 'PatientsChanged', payload: { patientIds: known }, ack };
      yield { name: 'PolicyChanged', payload: policy, ack };
      toHear.delete(channel);
      if (toHear.size === 0) areHeard.resolve();
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    };
  const ledger = { channel: (channel: ChannelName) => ({ events: eventsOf(channel) as never }) };
  return { ledger, areHeard: areHeard.promise };
}

test('of patients who were registered nothing is asked: whose key has changed is looked at, however many they are', async () => {
  const { ledger, areHeard } = changing();
  const [compared, heard, policies]: [string[], string[], unknown[]] = [[], [], []];
  const watchers = startWatchers({
    ...{ ledger, logger },
    rotations: { compare: async (patientId: string) => void compared.push(patientId) },
    heardRecoveries: { hear: async (patientId: string) => void heard.push(patientId) },
    heardPolicies: { hear: async (news: unknown) => void policies.push(news) },
  } as never);
  await areHeard;
  await Promise.all(watchers.map((watcher) => watcher.stop()));
  expect([compared, heard]).toEqual([known, known]);
  // What changes on either channel is heard.
  expect(policies).toEqual([policy, policy]);
});
