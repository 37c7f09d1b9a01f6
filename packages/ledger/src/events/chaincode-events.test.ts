import type { Network } from '@hyperledger/fabric-gateway';
import { expect, test } from '@jest/globals';
import { MemoryCheckpoints } from '../store/memory.js';
import { readChaincodeEvents } from './chaincode-events.js';

const channel = (name: string) => () =>
  ({
    getName: () => name,
    getChaincodeEvents: async () => Object.assign((async function* () {})(), { close: () => undefined }),
  }) as unknown as Network;

test('a checkpoint that another channel’s stream has is refused: events would be passed over after a restart', async () => {
  const checkpoints = new MemoryCheckpoints();
  const ending = new AbortController();
  ending.abort();
  const read = (name: string, checkpoint: string, chaincode = 'records') =>
    readChaincodeEvents(channel(name), chaincode, checkpoints, {
      ...{ checkpoint, schemas: {}, signal: ending.signal },
    }).next();
  const ended = { done: true, value: undefined };
  expect(await read('cloud', 'reader')).toEqual(ended);
  expect(await read('cloud', 'reader')).toEqual(ended);
  await expect(read('authorities', 'reader')).rejects.toThrow('The checkpoint reader is that of');
  await expect(read('cloud', 'reader', 'access-control')).rejects.toThrow('The checkpoint reader is that of');
  expect(await read('authorities', 'other')).toEqual(ended);
});
