import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  PROBE_SOURCE,
  SECOND_PROBE_SOURCE,
  TemporaryFolder,
  TestClient,
  jsonOf,
  startTestDevnet,
  textOf,
} from '../testing/network.js';
import type { Devnet } from './devnet.js';

describe('a devnet used by unmodified clients and chaincode', () => {
  let folder: TemporaryFolder;
  let devnet: Devnet;
  let client: TestClient;

  beforeAll(async () => {
    folder = await TemporaryFolder.make();
    devnet = await startTestDevnet(folder, {
      channels: {
        ch: {
          organizations: ['A', 'B', 'C'],
          chaincodes: { probe: { source: PROBE_SOURCE }, other: { source: SECOND_PROBE_SOURCE } },
        },
        side: { organizations: ['A', 'B'], chaincodes: { probe: { source: SECOND_PROBE_SOURCE } } },
      },
    });
    client = await TestClient.open(devnet, 'ch', 'A');
  });

  afterAll(async () => {
    client[Symbol.dispose]();
    await devnet.close();
    await folder[Symbol.asyncDispose]();
  });

  test('what is submitted can be read', async () => {
    const probe = client.contract();
    expect(textOf(await probe.submitTransaction('put', 'k', 'v1'))).toBe('v1');
    expect(textOf(await probe.evaluateTransaction('get', 'k'))).toBe('v1');
    await probe.submitTransaction('del', 'k');
    expect(textOf(await probe.evaluateTransaction('get', 'k'))).toBe('');
  });

  test('a transaction does not read its own writes', async () => {
    const probe = client.contract();
    expect(textOf(await probe.submitTransaction('putThenGet', 'own', 'new'))).toBe('');
    expect(textOf(await probe.evaluateTransaction('get', 'own'))).toBe('new');
  });

  test('history is given newest first, deletes included', async () => {
    const probe = client.contract();
    await probe.submitTransaction('put', 'h', 'one');
    await probe.submitTransaction('put', 'h', 'two');
    await probe.submitTransaction('del', 'h');
    const rows = jsonOf<{ value: string; isDelete: boolean }[]>(
      await probe.evaluateTransaction('history', 'h'),
    );
    expect(rows.map(({ value, isDelete }) => [value, isDelete])).toEqual([
      ['', true],
      ['two', false],
      ['one', false],
    ]);
  });

  test('ranges longer than a batch come whole and in order', async () => {
    const probe = client.contract();
    await probe.submitTransaction('fill', 'row', '250');
    const rows = jsonOf<[string, string][]>(await probe.evaluateTransaction('range', 'row', 'row~'));
    expect(rows).toHaveLength(250);
    expect(rows.map(([key]) => key)).toEqual([...rows.map(([key]) => key)].sort());
  });

  test('pages follow their bookmarks without a gap', async () => {
    const probe = client.contract();
    await probe.submitTransaction('fill', 'page', '7');
    interface Page {
      rows: [string, string][];
      bookmark: string;
      count: number;
    }
    const keys: string[] = [];
    let bookmark = '';
    do {
      const wanted = JSON.stringify({ size: 3, bookmark });
      const page = jsonOf<Page>(await probe.evaluateTransaction('page', 'page', 'page~', wanted));
      expect(page.count).toBe(page.rows.length);
      keys.push(...page.rows.map(([key]) => key));
      bookmark = page.bookmark;
    } while (bookmark !== '');
    expect(keys).toEqual(['0', '1', '2', '3', '4', '5', '6'].map((n) => `page000${n}`));
  });

  test('composite keys are found by their first parts', async () => {
    const probe = client.contract();
    await probe.submitTransaction('putComposite', 'pet', '["ann","rex"]', 'dog');
    await probe.submitTransaction('putComposite', 'pet', '["bob","tom"]', 'cat');
    expect(jsonOf(await probe.evaluateTransaction('byPartialComposite', 'pet', 'ann'))).toEqual([
      [['ann', 'rex'], 'dog'],
    ]);
  });

  test('a chaincode calls another on its channel as part of its transaction', async () => {
    const result = jsonOf<{ status: number }>(
      await client.contract('probe').submitTransaction('call', 'other', 'ch', '["put","via","call"]'),
    );
    expect(result.status).toBe(200);
    expect(textOf(await client.contract('other').evaluateTransaction('get', 'via'))).toBe('call');
    expect(textOf(await client.contract('probe').evaluateTransaction('get', 'via'))).toBe('');
  });

  test('a call to another channel reads there, and its writes are dropped', async () => {
    using side = await TestClient.open(devnet, 'side', 'A');
    await side.contract().submitTransaction('put', 'there', 'seen');
    const read = jsonOf<{ payload: string }>(
      await client.contract('probe').evaluateTransaction('call', 'probe', 'side', '["get","there"]'),
    );
    expect(read.payload).toBe('seen');
    await client.contract('probe').submit('call', {
      arguments: ['probe', 'side', '["put","there","changed"]'],
      endorsingOrganizations: ['A', 'B'],
    });
    expect(textOf(await side.contract().evaluateTransaction('get', 'there'))).toBe('seen');
  });

  test('a system chaincode rejects calls from chaincode, in an answer of status 500', async () => {
    const answer = jsonOf<{ status: number; message: string }>(
      await client.contract().evaluateTransaction('call', 'qscc', 'ch', '["GetChainInfo","ch"]'),
    );
    expect(answer.status).toBe(500);
    expect(answer.message).toContain('Rejecting invoke of QSCC from another chaincode');
  });

  test('a chaincode that calls its own package is refused', async () => {
    await expect(client.contract().evaluateTransaction('call', 'probe', 'ch', '["get","k"]')).rejects.toThrow(
      /txid: [0-9a-f]{64}\(ch\) exists/,
    );
  });

  test('channels do not share state', async () => {
    using side = await TestClient.open(devnet, 'side', 'B');
    await client.contract().submitTransaction('put', 'only-on-ch', '1');
    expect(textOf(await side.contract().evaluateTransaction('get', 'only-on-ch'))).toBe('');
  });

  test('chaincode sees the attributes of an identity issued beside the running network', async () => {
    await devnet.issueIdentity({ mspId: 'B', name: 'sponsor', attributes: { 'careledger.enrol': 'true' } });
    using sponsor = await TestClient.open(devnet, 'ch', 'B', { name: 'sponsor' });
    const who = jsonOf<{ mspId: string; enrol: string }>(
      await sponsor.contract().evaluateTransaction('whoAmI'),
    );
    expect(who).toMatchObject({ mspId: 'B', enrol: 'true' });
  });

  test('transient data does not get into the transaction', async () => {
    const probe = client.contract();
    const marker = 'transient-marker-8c1f';
    const proposal = probe.newProposal('put', {
      arguments: ['t', 'public'],
      transientData: { secret: marker },
      endorsingOrganizations: ['A', 'B'],
    });
    const transaction = await proposal.endorse();
    expect(Buffer.from(transaction.getBytes()).includes(marker)).toBe(false);
    expect((await (await transaction.submit()).getStatus()).successful).toBe(true);
  });

  test('events of a block arrive once it is committed, and again from a checkpoint', async () => {
    const events = await client.network.getChaincodeEvents('probe');
    const probe = client.contract();
    await probe.submitTransaction('putWithEvent', 'e', 'first', 'made');
    await probe.submitTransaction('putWithEvent', 'e', 'second', 'made');
    const seen: string[] = [];
    let first: { blockNumber: bigint; transactionId: string } | undefined;
    for await (const event of events) {
      first ??= event;
      seen.push(`${event.eventName}:${textOf(event.payload)}`);
      if (seen.length === 2) break;
    }
    events.close();
    expect(seen).toEqual(['made:first', 'made:second']);

    const replay = await client.network.getChaincodeEvents('probe', {
      checkpoint: { getBlockNumber: () => first?.blockNumber, getTransactionId: () => first?.transactionId },
    });
    for await (const event of replay) {
      expect(textOf(event.payload)).toBe('second');
      break;
    }
    replay.close();
  });
});
