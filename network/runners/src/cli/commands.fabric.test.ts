import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { PORT_OFFSETS } from '@careledger/network-definition';
import { afterAll, expect, test } from '@jest/globals';
import { describeOnFabric, TEST_CHAINCODE_HOST, temporaryFolder } from '../../testing/fabric.js';

const run = promisify(execFile);
const TEST_TIMEOUT_MS = 120_000;
const bin = (path: string): string => fileURLToPath(new URL(`../../../../${path}`, import.meta.url));

interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

describeOnFabric('the commands', () => {
  const root = temporaryFolder('commands');

  const call = async (program: string, ...args: string[]): Promise<Outcome> =>
    run(process.execPath, [program, '--dir', root, ...args]).then(
      ({ stdout, stderr }) => ({ status: 0, stdout, stderr }),
      (error: { code: number; stdout: string; stderr: string }) => ({ status: error.code, ...error }),
    );
  const native = async (...args: string[]): Promise<Outcome> =>
    call(bin('runners/bin/careledger-native.js'), '--chaincode-host', TEST_CHAINCODE_HOST, ...args);
  const network = async (...args: string[]): Promise<Outcome> =>
    call(bin('admin/bin/careledger-network.js'), ...args);

  afterAll(async () => {
    await native('down');
    await rm(root, { recursive: true, force: true });
  }, TEST_TIMEOUT_MS);

  test('before a network is there, each says what to do', async () => {
    const expiry = await native('expiry');
    expect(expiry).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^NOT_SET_UP: .*start one/) as unknown,
    });
    const status = await native('status');
    expect(status).toMatchObject({ status: 1, stdout: 'nothing runs\n' });
  });

  test(
    'up ends when the network is ready, and the processes stay',
    async () => {
      const up = await native(
        'up',
        '--profile',
        'small',
        '--port-offset',
        String(PORT_OFFSETS.runnerCommands),
      );
      expect(up).toMatchObject({ status: 0 });
      const status = await native('--json', 'status');
      const { processes, ledgers } = JSON.parse(status.stdout) as {
        processes: { running: boolean }[];
        ledgers: { height: number }[];
      };
      expect(processes.map(({ running }) => running)).toEqual(Array<boolean>(6).fill(true));
      expect(ledgers).toHaveLength(5);
      expect(await native('doctor')).toMatchObject({ status: 0, stdout: 'nothing is wrong\n' });
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'careledger-network finds a complete network complete, and says what is committed',
    async () => {
      const again = await network('set-up');
      expect(again).toMatchObject({ status: 0, stderr: '' });
      const chaincode = await network('--json', 'chaincode');
      expect(JSON.parse(chaincode.stdout)).toContainEqual({
        channel: 'cloud',
        name: 'records',
        version: '1.0',
        collections: [],
        sequence: 1,
        approvedBy: ['PatientsMSP', 'CloudAMSP', 'CloudBMSP'],
      });
      const channels = await network('--json', 'channels');
      expect(JSON.parse(channels.stdout)).toContainEqual(
        expect.objectContaining({ node: 'orderer-patients', name: 'cloud', status: 'active' }),
      );
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'a configuration change goes from administrator to administrator as a file; too few signatures are refused',
    async () => {
      const definition = join(root, 'faster.yaml');
      const text = await readFile(bin('careledger.network.yaml'), 'utf8');
      await writeFile(definition, text.replace('timeoutMs: 200', 'timeoutMs: 100'));
      const update = join(root, 'batch.update');
      expect(
        await network('--definition', definition, 'config', 'propose-batch', 'authorities', update),
      ).toMatchObject({
        status: 0,
      });
      expect(await network('config', 'submit', update)).toMatchObject({ status: 1 });
      // The Orderer group is Patients' alone in this profile.
      expect(await network('config', 'sign', update, 'PatientsMSP')).toMatchObject({ status: 0 });
      expect(await network('config', 'submit', update)).toMatchObject({ status: 0 });
      expect(
        await network('--definition', definition, 'config', 'propose-batch', 'authorities', update),
      ).toMatchObject({
        status: 1,
        stderr: expect.stringMatching(/^CONFIG_UNCHANGED/) as unknown,
      });
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'an orderer leaves a channel only when that is confirmed',
    async () => {
      const leave = ['orderer-remove', 'orderer-patients', 'cloud'];
      expect(await network(...leave)).toMatchObject({
        status: 1,
        stderr: expect.stringMatching(/^CONFIRMATION_MISSING/) as unknown,
      });
      expect(await network(...leave, '--yes')).toMatchObject({ status: 0 });
      const { stdout } = await network('--json', 'channels');
      const rows = JSON.parse(stdout) as { node: string; name: string }[];
      expect(rows.filter(({ node }) => node === 'orderer-patients').map(({ name }) => name)).toEqual([
        'authorities',
      ]);
    },
    TEST_TIMEOUT_MS,
  );

  test('what deletes asks for confirmation', async () => {
    for (const command of [['clean'], ['remove-org', 'CloudBMSP'], ['revoke', 'HospitalMSP', 'x.pem']]) {
      expect(await native(...command)).toMatchObject({
        status: 1,
        stderr: expect.stringMatching(/^CONFIRMATION_MISSING/) as unknown,
      });
    }
    expect(await native('clean', '--yes')).toMatchObject({ status: 0 });
    expect(await native('status')).toMatchObject({ stdout: 'nothing runs\n' });
  });
});
