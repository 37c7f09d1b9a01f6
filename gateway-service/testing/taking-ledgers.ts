import type { ChannelName } from '@careledger/domain';
import { ConsentOutbox, SubscriptionStore } from '../src/consent/index.js';
import { ConsentSettler } from '../src/consent/settle.js';
import type { Settled } from '../src/ledger-access/statement-batcher.js';
import type { ConsentDesk } from './consent-desk.js';

/** What a channel answers to a statement. */
export type CodeOf = (channel: ChannelName, statement: string) => string;

const silent = { warn: () => undefined, error: () => undefined };

/** Ledgers that answer with a code to each statement of a patient's, as they come, and the outbox that brings them. */
export function takingLedgers(desk: ConsentDesk, patientNo: number, codeOf: CodeOf) {
  const { t } = desk;
  const came: [ChannelName, string][] = [];
  const take = (channel: ChannelName, statement: string) => {
    came.push([channel, statement]);
    return { sid: null, code: codeOf(channel, statement), txId: 'f'.repeat(64) };
  };
  const batch = (channel: ChannelName) => ({
    submit: async (_patientId: string, statement: string): Promise<Settled> => ({
      item: take(channel, statement),
      blockNumber: 1,
    }),
  });
  const one = (channel: ChannelName) => ({
    submit: async (_contract: unknown, _name: string, { statement }: { statement: string }) => ({
      result: take(channel, statement),
      blockNumber: 1n,
    }),
  });
  const { store, patients } = t.core;
  const outbox = new ConsentOutbox({
    ...{ store, steps: desk.steps, clock: () => t.nowMs, logger: silent, patients },
    ledger: {
      register: { authorities: batch('authorities'), cloud: batch('cloud') },
      grant: { authorities: batch('authorities'), cloud: batch('cloud') },
      revoke: { authorities: batch('authorities'), cloud: batch('cloud') },
      channel: one,
      note: () => undefined,
    } as never,
    rotations: desk.rotations,
    settler: new ConsentSettler({
      grants: desk.grants,
      steps: desk.steps,
      delegations: desk.delegations,
      subscriptions: new SubscriptionStore(store.database),
      registrations: desk.registrations,
      progress: desk.progress,
      rewraps: desk.rewraps,
      rewrapper: { add: (of) => desk.rewrapping.push(of) },
      detailDue: { request: () => undefined },
      making: { addDetail: () => undefined },
      awaiters: [],
      clock: () => t.nowMs,
    }),
  });
  const settled = async (): Promise<void> => {
    const isDone = () => desk.steps.openCount(patientNo) === 0;
    if (!(await desk.progress.until(patientNo, isDone, 5_000))) throw new Error('It is not settled');
    await outbox.stop();
  };
  return { came, outbox, settled };
}
