import {
  transaction,
  type ContractDefinition,
  type EventName,
  type EventPayload,
} from '@careledger/contracts';
import { closedObject } from '@careledger/domain';
import { Type } from 'typebox';
import { describe, expect, test } from '@jest/globals';
import { KeyFamily } from '../state/key.js';
import { admin, client, codeOf, MemoryNetwork } from '../../testing/index.js';
import { dispatch } from './dispatch.js';
import type { Chaincode } from './handlers.js';
import type { Evaluation, Submission } from '../transaction/transaction.js';

const counters = new KeyFamily<number>('counter', ['name']);
const args = closedObject({ name: Type.String() });
const definition = {
  name: 'counter',
  transactions: {
    Count: transaction({
      kind: 'submit',
      channels: ['cloud'],
      callers: ['member'],
      args,
      result: Type.Integer(),
      codes: [],
      event: 'OrganisationsChanged',
    }),
    Own: transaction({
      kind: 'submit',
      channels: ['cloud'],
      callers: ['own-admin'],
      args,
      result: Type.Null(),
      codes: [],
    }),
    Read: transaction({
      kind: 'evaluate',
      channels: ['cloud'],
      callers: ['member'],
      args,
      result: Type.Integer(),
      codes: [],
    }),
  },
} as const satisfies ContractDefinition;

async function count(tx: Submission, { name }: { name: string }) {
  const result = ((await tx.state.get(counters.at(name))) ?? 0) + 1;
  tx.state.put(counters.at(name), result);
  if (name === 'fails') throw new Error('after its write');
  const event: EventPayload<EventName> | undefined = name === 'quiet' ? undefined : { ids: [name] };
  return { result, event };
}
const chaincode: Chaincode<typeof definition> = {
  definition,
  handlers: {
    Count: count,
    Own: async () => ({ result: null }),
    Read: async (tx: Evaluation, { name }: { name: string }) => (await tx.state.get(counters.at(name))) ?? 0,
  },
  callers: {
    organisationOf: async () => ({ authorityId: null, providerId: null }),
    namedMsp: { Own: async (_tx: Evaluation, { name }: { name: string }) => name },
  },
};

const network = new MemoryNetwork('test', [chaincode]);
const call = (name: string, given: unknown, changed: object = {}) =>
  network.endorse({
    channel: 'cloud',
    chaincode: 'counter',
    name,
    args: given,
    caller: client('AMSP'),
    ...changed,
  });

describe('the way in', () => {
  test('refuses in order: function, channel, caller, argument', async () => {
    const elsewhere = { channel: 'authorities', caller: client('AMSP') };
    expect(await codeOf(call('Nope', {}, elsewhere))).toBe('FUNCTION_UNKNOWN');
    expect(await codeOf(call('Own', {}, elsewhere))).toBe('WRONG_CHANNEL');
    expect(await codeOf(call('Own', {}))).toBe('CALLER_REFUSED');
    expect(await codeOf(call('Own', {}, { caller: admin('AMSP') }))).toBe('ARGUMENT_INVALID');
    expect(await codeOf(call('Own', { name: 'BMSP' }, { caller: admin('AMSP') }))).toBe('CALLER_REFUSED');
    expect(await codeOf(call('Own', { name: 'AMSP' }, { caller: admin('AMSP') }))).toBeUndefined();
  });

  test('does not find functions that objects inherit', async () => {
    for (const name of ['toString', 'constructor', '__proto__', 'hasOwnProperty'])
      expect(await codeOf(call(name, {}))).toBe('FUNCTION_UNKNOWN');
  });

  test('takes strict JSON: no duplicate names, no unknown members, one argument', async () => {
    for (const given of ['{"name":"a","name":"b"}', '{"name":"a","more":1}', '["a"]', 'name', '']) {
      const refused = call('Count', given);
      expect(await codeOf(refused)).toBe('ARGUMENT_INVALID');
    }
    const port = {
      channel: 'cloud',
      txId: 't',
      atMs: 0,
      caller: client('AMSP'),
      state: (await call('Count', { name: 'a' })).states[0]!,
      call: () => Promise.reject(new Error('not called')),
      emit: () => undefined,
    };
    for (const given of [[], ['{"name":"a"}', '{}']])
      expect(await codeOf(dispatch(chaincode, { networkId: 'test', name: 'Count', given }, port))).toBe(
        'ARGUMENT_INVALID',
      );
  });

  test('names the faults of an argument', async () => {
    await expect(call('Count', { name: 7 })).rejects.toMatchObject({
      details: { faults: [expect.objectContaining({ path: '/name' })] },
    });
  });
});

describe('a transaction', () => {
  test('that fails has written nothing, whatever it did before', async () => {
    await expect(call('Count', { name: 'fails' })).rejects.toThrow('after its write');
    expect((await call('Read', { name: 'fails' })).result).toBe(0);
  });

  test('emits the event of its definition, or none where nothing is new', async () => {
    const loud = await call('Count', { name: 'loud' });
    expect(loud.event).toEqual({ name: 'OrganisationsChanged', payload: { ids: ['loud'] } });
    expect((await call('Count', { name: 'quiet' })).event).toBeUndefined();
  });

  test('does not read its own writes, and conflicts with another one that was committed first', async () => {
    const [first, second] = [await call('Count', { name: 'n' }), await call('Count', { name: 'n' })];
    expect([first.result, second.result]).toEqual([1, 1]);
    expect([network.commit(first), network.commit(second)]).toEqual(['VALID', 'MVCC_READ_CONFLICT']);
  });
});
