import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import {
  PROBE_SOURCE,
  TemporaryFolder,
  TestClient,
  jsonOf,
  startTestDevnet,
  textOf,
} from '../testing/network.js';
import type { ConnectionProfile } from './connection-profile.js';
import type { Devnet } from './devnet.js';
import { identityFolder } from './identity/organisation-store.js';
import { issueIdentity } from './identity/organisation-store.js';

const BIN = fileURLToPath(new URL('../../bin/careledger-devnet.js', import.meta.url));

/** A devnet in a process of its own, so that it can be killed. */
async function spawnDevnet(dir: string): Promise<{ child: ChildProcess; connection: ConnectionProfile }> {
  const child = spawn(
    process.execPath,
    [
      ...[BIN, 'start', '--dir', dir, '--channel', 'ch:A,B,C', '--log-level', 'error'],
      ...['--chaincode', `ch/probe=${PROBE_SOURCE}`],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  if (!child.stdout) throw new Error('no standard output');
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const ready = JSON.parse(line.toString('utf8')) as {
    ready: boolean;
    channels: ConnectionProfile['channels'];
  };
  expect(ready.ready).toBe(true);
  return { child, connection: { channels: ready.channels } };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

const putPrivate = (client: TestClient, key: string, value: string): Promise<Uint8Array> =>
  client.contract().submit('putPrivate', {
    arguments: ['_implicit_org_A', key],
    transientData: { value },
    endorsingOrganizations: ['A'],
  });
const getPrivate = async (client: TestClient, key: string): Promise<string> =>
  textOf(await client.contract().evaluateTransaction('getPrivate', '_implicit_org_A', key));

/** As much of a devnet as a client needs to find it. */
function located(dir: string, connection: ConnectionProfile): Devnet {
  const part: Pick<Devnet, 'connection' | 'identityFolder'> = {
    connection,
    identityFolder: (mspId, name = 'user') => identityFolder(dir, mspId, name),
  };
  return part as Devnet;
}

const blocksOf = (folder: TemporaryFolder): string => join(folder.path, 'ledgers', 'ch', 'blocks');

/** Starts on what is there and counts which of the keys are. */
async function survivors(folder: TemporaryFolder, keys: readonly string[]): Promise<string[]> {
  await using devnet = await startTestDevnet(folder);
  using client = await TestClient.open(devnet, 'ch', 'A');
  const values = await Promise.all(keys.map((key) => client.contract().evaluateTransaction('get', key)));
  // Whatever was cut off, the ledger goes on.
  await client.contract().submitTransaction('put', 'after', 'restart');
  return keys.filter((_, index) => textOf(values[index] ?? new Uint8Array()) !== '');
}

async function fill(folder: TemporaryFolder, keys: readonly string[]): Promise<number[]> {
  await using devnet = await startTestDevnet(folder);
  using client = await TestClient.open(devnet, 'ch', 'A');
  const sizes: number[] = [];
  for (const key of keys) {
    await client.contract().submitTransaction('put', key, 'value');
    sizes.push((await stat(blocksOf(folder))).size);
  }
  return sizes;
}

async function flip(path: string, offset: number): Promise<void> {
  const file = await open(path, 'r+');
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, offset);
  await file.write(Buffer.of((byte[0] ?? 0) ^ 0xff), 0, 1, offset);
  await file.close();
}

describe('what was reported committed is there after a crash', () => {
  test('kill -9 with transactions in flight loses nothing that was acknowledged, and doubles nothing', async () => {
    await using folder = await TemporaryFolder.make();
    const { child, connection } = await spawnDevnet(folder.path);
    const acknowledged: string[] = [];
    {
      using client = await TestClient.open(located(folder.path, connection), 'ch', 'A');
      const attempts = Array.from({ length: 200 }, async (_, index) => {
        await client.contract().submitTransaction('increment', `key${index}`);
        acknowledged.push(`key${index}`);
        if (acknowledged.length === 60) child.kill('SIGKILL');
      });
      const outcomes = await Promise.allSettled(attempts);
      expect(outcomes.some((each) => each.status === 'rejected')).toBe(true);
    }
    await kill(child);
    expect(acknowledged.length).toBeGreaterThanOrEqual(60);
    await using devnet = await startTestDevnet(folder);
    using client = await TestClient.open(devnet, 'ch', 'B');
    for (const key of acknowledged) {
      expect(textOf(await client.contract().evaluateTransaction('get', key))).toBe('1');
    }
  });

  test('a torn last block, wherever it was cut, is taken away and the ledger goes on', async () => {
    await using folder = await TemporaryFolder.make();
    const keys = ['a', 'b', 'c', 'd', 'e', 'f'];
    const sizes = await fill(folder, keys);
    const cuts = [1, 11, 12, 13, 400];
    for (const cut of cuts) {
      const last = keys.length;
      const before = sizes[last - 2] ?? 0;
      await truncate(blocksOf(folder), before + cut);
      expect(await survivors(folder, keys)).toEqual(keys.slice(0, last - 1));
      await truncate(blocksOf(folder), before);
    }
  });

  test('a last block with flipped bytes is taken away and the ledger goes on', async () => {
    const keys = ['a', 'b', 'c'];
    for (const offset of [0, 5, 9, 40, 700]) {
      await using folder = await TemporaryFolder.make();
      const sizes = await fill(folder, keys);
      await flip(blocksOf(folder), (sizes[1] ?? 0) + offset);
      expect(await survivors(folder, keys)).toEqual(['a', 'b']);
    }
  });

  test('damage before the last block is no torn write: the start is refused, nothing is cut', async () => {
    await using folder = await TemporaryFolder.make();
    const sizes = await fill(folder, ['a', 'b', 'c']);
    const { size } = await stat(blocksOf(folder));
    await flip(blocksOf(folder), (sizes[0] ?? 0) + 100);
    // The index has passed that block; only one made again meets the damage.
    const index = join(folder.path, 'ledgers', 'ch', 'index');
    await rm(index, { recursive: true });
    await expect(startTestDevnet(folder)).rejects.toMatchObject({ code: 'LEDGER_CORRUPT' });
    expect((await stat(blocksOf(folder))).size).toBe(size);
  });

  test('a start reads the end of the blocks only, however many there are', async () => {
    await using folder = await TemporaryFolder.make();
    const sizes = await fill(folder, ['a', 'b', 'c']);
    // Damage in an early block would be met by any start that reads it.
    await flip(blocksOf(folder), (sizes[0] ?? 0) + 100);
    expect(await survivors(folder, ['a', 'b', 'c'])).toEqual(['a', 'b', 'c']);
  });

  test('an index that is gone is made from the blocks again, history and events included', async () => {
    await using folder = await TemporaryFolder.make();
    await fill(folder, ['a', 'b']);
    await rm(join(folder.path, 'ledgers', 'ch', 'index'), { recursive: true });
    await using devnet = await startTestDevnet(folder);
    using client = await TestClient.open(devnet, 'ch', 'A');
    expect(textOf(await client.contract().evaluateTransaction('get', 'b'))).toBe('value');
    const history = jsonOf<{ value: string }[]>(await client.contract().evaluateTransaction('history', 'a'));
    expect(history.map((each) => each.value)).toEqual(['value']);
  });

  test('the same organisations keep their identities; others are refused', async () => {
    await using folder = await TemporaryFolder.make();
    await fill(folder, ['a']);
    const path = join(folder.path, 'organizations', 'A', 'user', 'cert.pem');
    const before = await readFile(path, 'utf8');
    expect(await survivors(folder, ['a'])).toEqual(['a']);
    expect(await readFile(path, 'utf8')).toBe(before);
    const others = { ch: { organizations: ['A', 'B'], chaincodes: { probe: { source: PROBE_SOURCE } } } };
    await expect(startTestDevnet(folder, { channels: others })).rejects.toMatchObject({
      code: 'LEDGER_MISMATCH',
    });
  });

  test('two devnets on one folder: the second is refused', async () => {
    await using folder = await TemporaryFolder.make();
    await using first = await startTestDevnet(folder);
    expect(first.connection.channels['ch']).toBeDefined();
    await expect(startTestDevnet(folder)).rejects.toMatchObject({ code: 'DIR_IN_USE' });
  });

  test('kill -9 while private data is written loses none that was acknowledged', async () => {
    await using folder = await TemporaryFolder.make();
    const { child, connection } = await spawnDevnet(folder.path);
    const acknowledged: string[] = [];
    {
      using client = await TestClient.open(located(folder.path, connection), 'ch', 'A');
      const attempts = Array.from({ length: 60 }, async (_, index) => {
        await putPrivate(client, `key${index}`, `secret of key${index}`);
        acknowledged.push(`key${index}`);
        if (acknowledged.length === 20) child.kill('SIGKILL');
      });
      await Promise.allSettled(attempts);
    }
    await kill(child);
    expect(acknowledged.length).toBeGreaterThanOrEqual(20);
    await using devnet = await startTestDevnet(folder);
    using client = await TestClient.open(devnet, 'ch', 'A');
    for (const key of acknowledged) expect(await getPrivate(client, key)).toBe(`secret of ${key}`);
  });

  test('private data whose block was torn off does not come back with the next block of its number', async () => {
    await using folder = await TemporaryFolder.make();
    {
      await using devnet = await startTestDevnet(folder);
      using client = await TestClient.open(devnet, 'ch', 'A');
      await client.contract().submitTransaction('put', 'before', 'v');
    }
    const { size } = await stat(blocksOf(folder));
    {
      await using devnet = await startTestDevnet(folder);
      using client = await TestClient.open(devnet, 'ch', 'A');
      await putPrivate(client, 'torn', 'never committed');
    }
    await truncate(blocksOf(folder), size + 100);
    await using devnet = await startTestDevnet(folder);
    using client = await TestClient.open(devnet, 'ch', 'A');
    const number = (await client.contract().submitAsync('put', { arguments: ['after', 'v'] })).getStatus();
    const blocks = await client.network.getBlockAndPrivateDataEvents({
      startBlock: (await number).blockNumber,
    });
    for await (const block of blocks) {
      expect(block.getPrivateDataMapMap().getLength()).toBe(0);
      break;
    }
    blocks.close();
    expect(await getPrivate(client, 'torn')).toBe('');
  });

  test('a transaction endorsed before a crash and submitted after it keeps its private data', async () => {
    await using folder = await TemporaryFolder.make();
    const { child, connection } = await spawnDevnet(folder.path);
    let bytes: Uint8Array;
    {
      using client = await TestClient.open(located(folder.path, connection), 'ch', 'A');
      const proposal = client.contract().newProposal('putPrivate', {
        arguments: ['_implicit_org_A', 'k'],
        transientData: { value: 'secret' },
        endorsingOrganizations: ['A'],
      });
      bytes = (await proposal.endorse()).getBytes();
    }
    await kill(child);
    await using devnet = await startTestDevnet(folder);
    using client = await TestClient.open(devnet, 'ch', 'A');
    const transaction = client.gateway.newTransaction(bytes);
    expect((await (await transaction.submit()).getStatus()).successful).toBe(true);
    expect(textOf(await client.contract().evaluateTransaction('getPrivate', '_implicit_org_A', 'k'))).toBe(
      'secret',
    );
  });

  test('an identity of an organisation that is not there', async () => {
    await using folder = await TemporaryFolder.make();
    await expect(issueIdentity({ dir: folder.path, mspId: 'A', name: 'x' })).rejects.toMatchObject({
      code: 'UNKNOWN_ORGANISATION',
    });
  });
});
