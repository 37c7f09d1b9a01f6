import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import {
  NetworkConnections,
  newState,
  prepareNetwork,
  revokeOnChannels,
  silent,
  writeState,
} from '@careledger/network-admin';
import { backup, restore } from './backup.js';
import { diagnose } from './doctor.js';
import { heights } from '../operations/heights.js';
import { addOrganization, removeOrganization } from '../operations/membership.js';
import { rotate } from '../operations/rotate.js';
import { upgradeChaincode } from '../operations/upgrade-chaincode.js';
import { PORT_OFFSETS } from '@careledger/network-definition';
import { TestClient } from '../../testing/client.js';
import { describeOnFabric, temporaryFolder, testNetwork } from '../../testing/fabric.js';

const FIRST_TRANSACTION_LIMIT_MS = 20_000;
const TEST_TIMEOUT_MS = 120_000;

// The tests build on one another: one network lives through all that may happen to it.
describeOnFabric('the small network on real Fabric', () => {
  const network = testNetwork();
  const backupFolder = temporaryFolder('backup');

  afterAll(async () => {
    await network.destroy();
    await rm(backupFolder, { recursive: true, force: true });
  }, TEST_TIMEOUT_MS);

  const write = async (channel: string, mspId: string, key: string, value: string): Promise<void> => {
    using client = await TestClient.connect(network.layout, { channel, mspId });
    await client.put(key, value);
  };
  const read = async (channel: string, mspId: string, key: string): Promise<string> => {
    using client = await TestClient.connect(network.layout, { channel, mspId });
    return await client.get(key);
  };
  const killEverything = async (): Promise<void> => {
    for (const { name } of await network.status()) await network.processes.signal(name, 'SIGKILL');
  };

  test('a port that something else has: said before anything is started', async () => {
    await using server = createServer().listen(17050 + PORT_OFFSETS.runnerSmall, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    await expect(
      network.up({ profile: 'small', portOffset: PORT_OFFSETS.runnerSmall }),
    ).rejects.toMatchObject({
      code: 'PORT_TAKEN',
      message: expect.stringContaining('orderer-patients') as unknown,
    });
    expect(await network.status()).toEqual([]);
  });

  test(
    'from nothing to the first committed transaction within the limit',
    async () => {
      const started = performance.now();
      await network.up({ profile: 'small', portOffset: PORT_OFFSETS.runnerSmall });
      await write('authorities', 'HospitalMSP', 'first', 'committed');
      const elapsedMs = performance.now() - started;
      process.stderr.write(`small: first transaction after ${(elapsedMs / 1000).toFixed(1)} s\n`);
      expect(elapsedMs).toBeLessThan(FIRST_TRANSACTION_LIMIT_MS);
      expect(await read('authorities', 'PatientsMSP', 'first')).toBe('committed');
    },
    TEST_TIMEOUT_MS,
  );

  test('a second up starts nothing, changes nothing, orders nothing', async () => {
    const before = { processes: await network.status(), heights: await heights(network) };
    await network.up();
    expect({ processes: await network.status(), heights: await heights(network) }).toEqual(before);
  });

  test('another profile in the same folder is refused', async () => {
    await expect(network.up({ profile: 'full' })).rejects.toMatchObject({ code: 'PROFILE_DIFFERS' });
  });

  test('one chaincode calls the other', async () => {
    await write('cloud', 'CloudAMSP', 'asked', 'yes');
    using client = await TestClient.connect(network.layout, { channel: 'cloud', mspId: 'CloudAMSP' });
    const answer = await client
      .contract('access-control')
      .evaluateTransaction('ask', 'records', 'get', 'asked');
    expect(Buffer.from(answer).toString()).toBe('yes');
  });

  test("a member without peers writes through another's peer; an outsider is refused", async () => {
    using member = await TestClient.connect(network.layout, {
      channel: 'cloud',
      mspId: 'HospitalMSP',
      at: 'CloudBMSP',
    });
    await member.put('from-hospital', 'through a provider');
    expect(await read('cloud', 'PatientsMSP', 'from-hospital')).toBe('through a provider');
    using outsider = await TestClient.connect(network.layout, {
      channel: 'authorities',
      mspId: 'CloudBMSP',
      at: 'HospitalMSP',
    });
    await expect(outsider.put('from-outside', 'no')).rejects.toThrow();
  });

  test(
    'kill -9 of everything: up brings it back with its data',
    async () => {
      await write('cloud', 'PatientsMSP', 'survives', 'a kill');
      await killEverything();
      await network.up();
      expect(await read('cloud', 'CloudBMSP', 'survives')).toBe('a kill');
      await write('cloud', 'CloudBMSP', 'after', 'the kill');
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'Pharmacy joins while the network runs: it gets the data, endorses, and counts in the majority',
    async () => {
      const pids = (await network.status()).map(({ pid }) => pid);
      await addOrganization(network, 'PharmacyMSP');
      expect((await network.status()).map(({ pid }) => pid)).toEqual(expect.arrayContaining(pids));
      expect(await read('authorities', 'PharmacyMSP', 'first')).toBe('committed');
      await write('authorities', 'PharmacyMSP', 'dispensed', 'metformin');
      // Two of three: without Hospital there is still a majority.
      await network.processes.stop('peer-hospital');
      await write('authorities', 'PatientsMSP', 'without', 'hospital');
      await addOrganization(network, 'PharmacyMSP');
      expect(await read('authorities', 'HospitalMSP', 'without')).toBe('hospital');
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'a chaincode is upgraded by sequence; its data stays',
    async () => {
      await upgradeChaincode(network, 'records', '1.1');
      using client = await TestClient.connect(network.layout, { channel: 'cloud', mspId: 'CloudAMSP' });
      const serving = Buffer.from(await client.contract('records').evaluateTransaction('version')).toString();
      expect(serving).toMatch(/^records_1\.1:/);
      expect(await client.get('survives')).toBe('a kill');
      await client.put('written', 'by 1.1');
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'a peer and the orderer get new certificates and go on',
    async () => {
      for (const node of ['peer-cloud-a', 'orderer-patients']) await rotate(network, node);
      await write('cloud', 'CloudAMSP', 'rotated', 'yes');
      await killEverything();
      await network.up();
      await write('cloud', 'CloudAMSP', 'rotated', 'and restarted');
      expect(await read('cloud', 'PatientsMSP', 'rotated')).toBe('and restarted');
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'a backup of the running network, restored onto nothing: identical heads and heights, and it goes on',
    async () => {
      const before = await heights(network);
      const target = join(backupFolder, 'today');
      await backup(network, target);
      await write('authorities', 'HospitalMSP', 'after-backup', 'lost with the host');
      await expect(restore(network, target)).rejects.toMatchObject({ code: 'NOT_EMPTY' });
      await network.destroy();
      await restore(network, target);
      expect(await heights(network)).toEqual(before);
      expect(await read('authorities', 'PharmacyMSP', 'dispensed')).toBe('metformin');
      expect(await read('authorities', 'HospitalMSP', 'after-backup')).toBe('');
      await write('authorities', 'HospitalMSP', 'after-restore', 'goes on');
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'a revoked certificate is refused on every channel; others of its organisation are not',
    async () => {
      using revoked = await TestClient.connect(network.layout, {
        channel: 'authorities',
        mspId: 'HospitalMSP',
      });
      await revoked.put('before', 'revocation');
      const plan = network.plan(await network.state());
      using connections = await NetworkConnections.open(plan, network.layout);
      const { cert } = network.layout.client('HospitalMSP', 'user');
      const { layout } = network;
      await revokeOnChannels({ plan, layout, connections, progress: silent }, 'HospitalMSP', cert);
      await expect(revoked.put('after', 'revocation')).rejects.toThrow();
      using other = await TestClient.connect(network.layout, {
        channel: 'authorities',
        mspId: 'HospitalMSP',
        kind: 'gateway',
      });
      await other.put('after', 'revocation');
    },
    TEST_TIMEOUT_MS,
  );

  test('the doctor names what is wrong and the command that fixes it', async () => {
    expect(await diagnose(network)).toEqual([]);
    await network.processes.stop('peer-hospital');
    await rm(network.layout.nodeIdentity('CloudAMSP', 'peer-cloud-a').key);
    expect(await diagnose(network)).toEqual([
      {
        problem: expect.stringContaining('cannot be read') as unknown,
        fix: `careledger-native rotate peer-cloud-a --dir ${network.layout.root}`,
      },
      { problem: 'peer-hospital does not run', fix: `careledger-native up --dir ${network.layout.root}` },
    ]);
    await rotate(network, 'peer-cloud-a');
    expect(await diagnose(network)).toEqual([]);
  });

  test(
    'Pharmacy leaves: it is refused from then on, and the majority is counted without it',
    async () => {
      using pharmacy = await TestClient.connect(network.layout, {
        channel: 'authorities',
        mspId: 'PharmacyMSP',
        at: 'PatientsMSP',
      });
      await pharmacy.put('last', 'word');
      await removeOrganization(network, 'PharmacyMSP');
      await expect(pharmacy.put('another', 'word')).rejects.toThrow();
      await write('authorities', 'PatientsMSP', 'without', 'pharmacy');
      await expect(removeOrganization(network, 'PatientsMSP')).rejects.toMatchObject({
        code: 'ORGANIZATION_NEEDED',
      });
    },
    TEST_TIMEOUT_MS,
  );

  test('down leaves no process', async () => {
    await network.down();
    expect(await network.status()).toEqual([]);
  });
});

describeOnFabric('a set-up that was cut short', () => {
  const network = testNetwork();
  afterAll(() => network.destroy(), TEST_TIMEOUT_MS);

  test(
    'with half of the identities made, and killed while it set up: the next run finishes it',
    async () => {
      const state = newState('small', 'native', PORT_OFFSETS.runnerSmall);
      await writeState(network.layout.root, state);
      await prepareNetwork(network.plan(state), network.layout, silent);
      await rm(network.layout.organization('CloudBMSP'), { recursive: true });
      await rm(network.layout.genesisBlock('cloud'));
      let steps = 0;
      const cut = testNetwork(network.layout.root);
      const upUntilKilled = cut.up().catch((error: unknown) => error);
      while (steps === 0) {
        steps = (await network.status()).length;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      for (const { name } of await network.status()) await network.processes.signal(name, 'SIGKILL');
      expect(await upUntilKilled).toMatchObject({ code: 'PROCESS_EXITED' });
      // As a kill in the first moments of a peer leaves it: a database of which only the folder is there.
      const lock = join(network.layout.ledger('peer-hospital'), 'ledgersData', 'fileLock');
      await rm(lock, { recursive: true, force: true });
      await mkdir(lock, { recursive: true });
      await writeFile(join(lock, 'LOG'), '');

      await network.up();
      using client = await TestClient.connect(network.layout, { channel: 'cloud', mspId: 'CloudBMSP' });
      await client.put('finished', 'yes');
    },
    TEST_TIMEOUT_MS,
  );
});
