import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { failureOf } from '../testing/failure.js';
import {
  PROBE_SOURCE,
  TemporaryFolder,
  TestClient,
  jsonOf,
  startTestDevnet,
  textOf,
} from '../testing/network.js';
import { Codes } from './block/codes.js';
import type { Devnet } from './devnet.js';
import { sha256 } from './wire/sha256.js';

describe('private data', () => {
  let folder: TemporaryFolder;
  let devnet: Devnet;
  let member: TestClient;
  let outsider: TestClient;

  const collections = [
    { name: 'ab', policy: "OR('A.member','B.member')", memberOnlyRead: true, memberOnlyWrite: true },
    { name: 'open', policy: "OR('A.member','B.member')" },
    {
      name: 'strict',
      policy: "OR('A.member','B.member')",
      endorsementPolicy: { signaturePolicy: "AND('A.peer','B.peer')" },
    },
    { name: 'brief', policy: "OR('A.member','B.member')", blockToLive: 3 },
    { name: 'far', policy: "OR('A.member','B.member')", requiredPeerCount: 2, maxPeerCount: 2 },
  ];
  const channels = {
    ch: {
      organizations: ['A', 'B', 'C'],
      chaincodes: { probe: { source: PROBE_SOURCE, policy: 'ANY Endorsement', collections } },
    },
  };

  beforeAll(async () => {
    folder = await TemporaryFolder.make();
    devnet = await startTestDevnet(folder, { channels });
    member = await TestClient.open(devnet, 'ch', 'A');
    outsider = await TestClient.open(devnet, 'ch', 'C');
  });

  afterAll(async () => {
    member[Symbol.dispose]();
    outsider[Symbol.dispose]();
    await devnet.close();
    await folder[Symbol.asyncDispose]();
  });

  const put = (
    client: TestClient,
    collection: string,
    [key, value]: readonly [key: string, value: string],
    organisations?: string[],
  ) =>
    client.contract().submit('putPrivate', {
      arguments: [collection, key],
      transientData: { value },
      ...(organisations && { endorsingOrganizations: organisations }),
    });

  test('members read it, everybody sees its hash, and no block holds it', async () => {
    await put(member, 'ab', ['k', 'a secret diagnosis']);
    expect(textOf(await member.contract().evaluateTransaction('getPrivate', 'ab', 'k'))).toBe(
      'a secret diagnosis',
    );
    using other = await TestClient.open(devnet, 'ch', 'B');
    expect(textOf(await other.contract().evaluateTransaction('getPrivate', 'ab', 'k'))).toBe(
      'a secret diagnosis',
    );
    const hash = textOf(await outsider.contract().evaluateTransaction('privateHash', 'ab', 'k'));
    expect(hash).toBe(sha256(Buffer.from('a secret diagnosis')).toString('hex'));
    const events = await outsider.network.getBlockEvents({ startBlock: 1n });
    for await (const block of events) {
      expect(Buffer.from(block.serializeBinary()).includes('a secret diagnosis')).toBe(false);
      break;
    }
    events.close();
  });

  test('a creator who is no member is refused reading and writing', async () => {
    const read = await failureOf(
      outsider.contract().evaluate('getPrivate', { arguments: ['ab', 'k'], endorsingOrganizations: ['A'] }),
    );
    expect(read.message).toContain(
      'tx creator does not have read access permission on privatedata in chaincodeName:probe collectionName: ab',
    );
    const write = await failureOf(put(outsider, 'ab', ['k', 'forged'], ['A']));
    expect(write.details[0]).toContain('tx creator does not have write access permission on privatedata');
  });

  test('a peer that is no member does not have it, even where reading is open', async () => {
    await put(member, 'open', ['k', 'value']);
    const failure = await failureOf(
      outsider.contract().evaluate('getPrivate', { arguments: ['open', 'k'], endorsingOrganizations: ['C'] }),
    );
    expect(failure.message).toMatch(
      /private data matching public hash version is not available\. Public hash version = \{BlockNum: \d+, TxNum: \d+\}, Private data version = <nil>/,
    );
    const elsewhere = await outsider
      .contract()
      .evaluate('getPrivate', { arguments: ['open', 'k'], endorsingOrganizations: ['A'] });
    expect(textOf(elsewhere)).toBe('value');
  });

  test("a collection's own endorsement policy decides over writes to it", async () => {
    const failure = await failureOf(put(member, 'strict', ['k', 'v'], ['A']));
    expect(failure.code).toBe(Codes.ENDORSEMENT_POLICY_FAILURE);
    await put(member, 'strict', ['k', 'v']);
    expect(textOf(await member.contract().evaluateTransaction('getPrivate', 'strict', 'k'))).toBe('v');
  });

  test('an organisation has an implicit collection of its own', async () => {
    await put(outsider, '_implicit_org_C', ['own', 'mine'], ['C']);
    expect(
      textOf(await outsider.contract().evaluateTransaction('getPrivate', '_implicit_org_C', 'own')),
    ).toBe('mine');
    const failure = await failureOf(put(member, '_implicit_org_C', ['own', 'yours'], ['A']));
    expect(failure.code).toBe(Codes.ENDORSEMENT_POLICY_FAILURE);
  });

  test('a collection that is not defined', async () => {
    const failure = await failureOf(member.contract().evaluateTransaction('getPrivate', 'nosuch', 'k'));
    expect(failure.message).toContain('collection ch/probe/nosuch could not be found');
  });

  test('deleted private data is gone, for members too', async () => {
    await put(member, 'ab', ['gone', 'v']);
    await member.contract().submitTransaction('delPrivate', 'ab', 'gone');
    expect(textOf(await member.contract().evaluateTransaction('getPrivate', 'ab', 'gone'))).toBe('');
  });

  test('a private read conflicts with a private write before it', async () => {
    await put(member, 'open', ['raced', 'v0']);
    const proposal = member.contract().newProposal('copyPrivate', { arguments: ['open', 'raced', 'copy'] });
    const late = await proposal.endorse();
    await put(member, 'open', ['raced', 'v1']);
    expect((await (await late.submit()).getStatus()).code).toBe(Codes.MVCC_READ_CONFLICT);
  });

  test('private ranges are read by members', async () => {
    await put(member, 'open', ['r1', 'x']);
    await put(member, 'open', ['r2', 'y']);
    const rows = jsonOf(await member.contract().evaluateTransaction('privateRange', 'open', 'r1', 'r9'));
    expect(rows).toEqual([
      ['r1', 'x'],
      ['r2', 'y'],
    ]);
  });

  async function restart(): Promise<void> {
    member[Symbol.dispose]();
    outsider[Symbol.dispose]();
    await devnet.close();
    devnet = await startTestDevnet(folder, { channels });
    member = await TestClient.open(devnet, 'ch', 'A');
    outsider = await TestClient.open(devnet, 'ch', 'C');
  }

  test('private data is still there after a restart', async () => {
    await restart();
    expect(textOf(await member.contract().evaluateTransaction('getPrivate', 'ab', 'k'))).toBe(
      'a secret diagnosis',
    );
  });

  test('data expires after so many blocks, whatever restarts in between, and its hash with it', async () => {
    const read = async (client: TestClient, name: string): Promise<string> =>
      textOf(await client.contract().evaluateTransaction(name, 'brief', 'k'));
    await put(member, 'brief', ['k', 'soon gone']);
    for (const filler of ['1', '2']) await member.contract().submitTransaction('put', 'filler', filler);
    await restart();
    await member.contract().submitTransaction('put', 'filler', '3');
    expect(await read(member, 'getPrivate')).toBe('soon gone');
    expect(await read(outsider, 'privateHash')).not.toBe('');
    await member.contract().submitTransaction('put', 'filler', '4');
    expect(await read(member, 'getPrivate')).toBe('');
    expect(await read(outsider, 'privateHash')).toBe('');
  });

  test('an index that is made again from the blocks has nothing in it that had expired', async () => {
    await put(member, 'brief', ['again', 'soon gone']);
    for (const filler of ['1', '2', '3', '4'])
      await member.contract().submitTransaction('put', 'filler', filler);
    await devnet.close();
    await rm(join(folder.path, 'ledgers', 'ch', 'index'), { recursive: true });
    await restart();
    expect(textOf(await member.contract().evaluateTransaction('getPrivate', 'brief', 'again'))).toBe('');
    expect(textOf(await member.contract().evaluateTransaction('getPrivate', 'ab', 'k'))).toBe(
      'a secret diagnosis',
    );
  });

  test('a purge takes away what a key has ever been, and nothing else; from what is delivered too', async () => {
    const contract = member.contract();
    const blockOf = async (key: string, value: string): Promise<bigint> => {
      const proposal = contract.newProposal('putPrivate', {
        arguments: ['open', key],
        transientData: { value },
      });
      return (await (await (await proposal.endorse()).submit()).getStatus()).blockNumber;
    };
    const [first, second, other] = [
      await blockOf('purged', 'first-secret'),
      await blockOf('purged', 'second-secret'),
      await blockOf('kept', 'other-secret'),
    ];
    await contract.submitTransaction('purgePrivate', 'open', 'purged');
    const read = async (name: string, key: string): Promise<string> =>
      textOf(await contract.evaluateTransaction(name, 'open', key));
    expect(await read('getPrivate', 'purged')).toBe('');
    expect(await read('privateHash', 'purged')).toBe('');
    expect(await read('getPrivate', 'kept')).toBe('other-secret');
    await restart();
    for (const [number, text, isThere] of [
      [first, 'first-secret', false],
      [second, 'second-secret', false],
      [other, 'other-secret', true],
    ] as const) {
      const blocks = await member.network.getBlockAndPrivateDataEvents({ startBlock: number });
      for await (const each of blocks) {
        expect(Buffer.from(each.serializeBinary()).includes(text)).toBe(isThere);
        break;
      }
      blocks.close();
    }
  });

  test('what may not be written may not be purged', async () => {
    const failure = await failureOf(outsider.contract().submitTransaction('purgePrivate', 'ab', 'k'));
    expect(failure.details[0]).toContain('tx creator does not have write access permission on privatedata');
    expect(textOf(await member.contract().evaluateTransaction('getPrivate', 'ab', 'k'))).toBe(
      'a secret diagnosis',
    );
  });

  test('what too few peers can have is not endorsed, and nothing of it is kept', async () => {
    const failure = await failureOf(put(member, 'far', ['k', 'v']));
    expect(failure.details[0]).toContain(
      'required to disseminate to at least 2 peers, but know of only 1 eligible peers',
    );
    expect(textOf(await member.contract().evaluateTransaction('getPrivate', 'far', 'k'))).toBe('');
  });

  test('blocks with private data come to members with it, to others without', async () => {
    const mine = await member.network.getBlockAndPrivateDataEvents({ startBlock: 1n });
    for await (const block of mine) {
      expect(block.getPrivateDataMapMap().getLength()).toBe(1);
      break;
    }
    mine.close();
    const theirs = await outsider.network.getBlockAndPrivateDataEvents({ startBlock: 1n });
    for await (const block of theirs) {
      expect(block.getPrivateDataMapMap().getLength()).toBe(0);
      break;
    }
    theirs.close();
  });
});
