import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { status } from '@grpc/grpc-js';
import { failureOf } from '../test-support/failure.js';
import {
  PROBE_SOURCE,
  TemporaryFolder,
  TestClient,
  startTestDevnet,
  textOf,
} from '../test-support/network.js';

const SHIM_COMMAND = fileURLToPath(import.meta.resolve('fabric-shim/cli.js'));
const PROBE_FOLDER = fileURLToPath(new URL('../../test-chaincode', import.meta.url));

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** A chaincode server as its makers start it: fabric-shim's own command, on the probe's package. */
function serveChaincode(port: number): ChildProcess {
  return spawn(
    process.execPath,
    [
      ...[
        SHIM_COMMAND,
        'server',
        '--chaincode-address',
        `127.0.0.1:${port}`,
        '--chaincode-id',
        'probe_1.0:abc',
      ],
      ...['--module-path', PROBE_FOLDER],
    ],
    { stdio: 'ignore', env: { ...process.env, CORE_CHAINCODE_LOGGING_LEVEL: 'CRITICAL' } },
  );
}

async function stopped(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

describe('a chaincode that is not there', () => {
  test('a server that is down is an error of the gateway; once it is up, and up again, it is used', async () => {
    await using folder = await TemporaryFolder.make();
    const port = await freePort();
    await using devnet = await startTestDevnet(folder, {
      channels: {
        ch: { organizations: ['A', 'B'], chaincodes: { probe: { source: `127.0.0.1:${port}` } } },
      },
    });
    using client = await TestClient.open(devnet, 'ch', 'A');
    const failure = await failureOf(client.contract().evaluateTransaction('get', 'k'));
    expect(failure.code).toBe(status.ABORTED);
    expect(failure.message).toContain('failed to evaluate transaction, see attached details for more info');
    expect(failure.details[0]).toContain('could not launch chaincode');

    const first = serveChaincode(port);
    const submitted = async (value: string): Promise<string> => {
      for (let attempt = 0; ; attempt += 1) {
        try {
          return textOf(await client.contract().submitTransaction('put', 'k', value));
        } catch (error) {
          if (attempt === 5) throw error;
        }
      }
    };
    expect(await submitted('v1')).toBe('v1');
    await stopped(first);
    const second = serveChaincode(port);
    expect(await submitted('v2')).toBe('v2');
    await stopped(second);
  });

  test('a module that ends its process is started again', async () => {
    await using folder = await TemporaryFolder.make();
    await using devnet = await startTestDevnet(folder);
    using client = await TestClient.open(devnet, 'ch', 'A');
    const before = devnet.chaincodePid;
    const failure = await failureOf(client.contract().evaluate('crash', { endorsingOrganizations: ['A'] }));
    expect(failure.details[0]).toContain('chaincode stream terminated');
    expect(textOf(await client.contract().submitTransaction('put', 'k', 'again'))).toBe('again');
    expect(devnet.chaincodePid).not.toBe(before);
  });

  test('a module that cannot be loaded stops the start, and says why', async () => {
    await using folder = await TemporaryFolder.make();
    const missing = { probe: { source: `${PROBE_SOURCE}-missing` } };
    await expect(
      startTestDevnet(folder, { channels: { ch: { organizations: ['A'], chaincodes: missing } } }),
    ).rejects.toMatchObject({ code: 'CHAINCODE_MODULE_FAILED' });
  });
});
