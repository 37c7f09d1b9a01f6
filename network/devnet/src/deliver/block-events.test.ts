import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { checkpointers } from '@hyperledger/fabric-gateway';
import { common, peer } from '@hyperledger/fabric-protos';
import { failureOf } from '../../testing/failure.js';
import { TemporaryFolder, TestClient, startTestDevnet, textOf } from '../../testing/network.js';
import { Codes } from '../block/codes.js';
import { blockHash } from '../block/hash.js';
import type { Devnet } from '../devnet.js';
import { sha256 } from '../wire/sha256.js';

async function take<T>(events: AsyncIterable<T>, count: number): Promise<T[]> {
  const taken: T[] = [];
  for await (const event of events) {
    taken.push(event);
    if (taken.length === count) break;
  }
  return taken;
}

describe('blocks as clients see them', () => {
  let folder: TemporaryFolder;
  let devnet: Devnet;
  let client: TestClient;

  beforeAll(async () => {
    folder = await TemporaryFolder.make();
    devnet = await startTestDevnet(folder);
    client = await TestClient.open(devnet, 'ch', 'A');
    for (const value of ['one', 'two', 'three']) {
      await client.contract().submitTransaction('putWithEvent', 'k', value, 'made');
    }
  });

  afterAll(async () => {
    client[Symbol.dispose]();
    await devnet.close();
    await folder[Symbol.asyncDispose]();
  });

  const query = (name: string, ...args: string[]): Promise<Uint8Array> =>
    client.network.getContract('qscc').evaluateTransaction(name, 'ch', ...args);

  test('blocks hash into a chain from the configuration block on', async () => {
    const events = await client.network.getBlockEvents({ startBlock: 0n });
    const blocks = await take(events, 4);
    events.close();
    let previous: Buffer = Buffer.alloc(0);
    blocks.forEach((block, number) => {
      const header = block.getHeader();
      const dataHash = sha256(...(block.getData()?.getDataList_asU8() ?? []));
      expect(header?.getNumber()).toBe(number);
      expect(Buffer.from(header?.getPreviousHash_asU8() ?? [])).toEqual(previous);
      expect(Buffer.from(header?.getDataHash_asU8() ?? [])).toEqual(dataHash);
      previous = blockHash(number, previous, dataHash);
    });
    const info = common.BlockchainInfo.deserializeBinary(await query('GetChainInfo'));
    expect(info.getHeight()).toBe(4);
    expect(Buffer.from(info.getCurrentblockhash_asU8())).toEqual(previous);
  });

  test('filtered blocks name transactions, codes and events, and hold no payload', async () => {
    const events = await client.network.getFilteredBlockEvents({ startBlock: 1n });
    const [block] = await take(events, 1);
    events.close();
    const [transaction] = block?.getFilteredTransactionsList() ?? [];
    expect(block?.getChannelId()).toBe('ch');
    expect(transaction?.getTxValidationCode()).toBe(Codes.VALID);
    const event = transaction?.getTransactionActions()?.getChaincodeActionsList()[0]?.getChaincodeEvent();
    expect(event?.getEventName()).toBe('made');
    expect(event?.getPayload_asU8()).toHaveLength(0);
  });

  test('an invalid transaction is in its block, and its event is not among the events', async () => {
    const endorse = () =>
      client
        .contract()
        .newProposal('increment', { arguments: ['contended'] })
        .endorse();
    const [one, two] = await Promise.all([endorse(), endorse()]);
    await (await one.submit()).getStatus();
    const status = await (await two.submit()).getStatus();
    expect(status.code).toBe(Codes.MVCC_READ_CONFLICT);
    const processed = peer.ProcessedTransaction.deserializeBinary(
      await query('GetTransactionByID', two.getTransactionId()),
    );
    expect(processed.getValidationcode()).toBe(Codes.MVCC_READ_CONFLICT);
    const bytes = await query('GetBlockByTxID', two.getTransactionId());
    expect(BigInt(common.Block.deserializeBinary(bytes).getHeader()?.getNumber() ?? 0)).toBe(
      status.blockNumber,
    );
  });

  test('chaincode events go on from a checkpoint, across a restart of the client', async () => {
    const checkpointer = checkpointers.inMemory();
    const first = await client.network.getChaincodeEvents('probe', { startBlock: 0n });
    for await (const event of first) {
      await checkpointer.checkpointChaincodeEvent(event);
      break;
    }
    first.close();
    using again = await TestClient.open(devnet, 'ch', 'B');
    const rest = await again.network.getChaincodeEvents('probe', { checkpoint: checkpointer });
    const values = (await take(rest, 2)).map((event) => textOf(event.payload));
    rest.close();
    expect(values).toEqual(['two', 'three']);
  });

  test('block events go on from a checkpoint', async () => {
    const checkpointer = checkpointers.inMemory();
    await checkpointer.checkpointBlock(1n);
    const events = await client.network.getBlockEvents({ checkpoint: checkpointer });
    const [block] = await take(events, 1);
    events.close();
    expect(block?.getHeader()?.getNumber()).toBe(2);
  });

  test('the configuration can be read, with every organisation and its CA', async () => {
    const bytes = await client.network.getContract('cscc').evaluateTransaction('GetChannelConfig', 'ch');
    const application = common.Config.deserializeBinary(bytes)
      .getChannelGroup()
      ?.getGroupsMap()
      .get('Application');
    expect([...(application?.getGroupsMap().keys() ?? [])].sort()).toEqual(['A', 'B', 'C']);
    const genesis = common.Block.deserializeBinary(await query('GetBlockByNumber', '0'));
    expect(genesis.getData()?.getDataList_asU8()).toHaveLength(1);
  });

  test('a block that is not there', async () => {
    const failure = await failureOf(query('GetBlockByNumber', '999'));
    expect(failure.message).toContain('Failed to get block number 999');
  });
});
