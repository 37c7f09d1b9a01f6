import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { status } from '@grpc/grpc-js';
import { failureOf } from '../../testing/failure.js';
import {
  PROBE,
  PROBE_SOURCE,
  TemporaryFolder,
  TestClient,
  startTestDevnet,
  textOf,
} from '../../testing/network.js';
import { probePackage } from '../../testing/packages.js';

const SHIM_COMMAND = fileURLToPath(import.meta.resolve('fabric-shim/cli.js'));

const WAIT_MS = 20_000;
const RETRY_MS = 300;
const POLL_MS = 5;
const TEST_TIMEOUT_MS = 90_000;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** A chaincode server as its makers start it: fabric-shim's own command, on the probe's package. */
function serveChaincode(port: number, packageFolder: string): ChildProcess {
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
      ...['--module-path', packageFolder],
    ],
    { stdio: 'ignore', env: { ...process.env, CORE_CHAINCODE_LOGGING_LEVEL: 'CRITICAL' } },
  );
}

/** Resolves once somebody listens on a port. */
async function listening(port: number): Promise<void> {
  const giveUpMs = performance.now() + WAIT_MS;
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      return;
    } catch (error) {
      if (performance.now() > giveUpMs) throw error;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    } finally {
      socket.destroy();
    }
  }
}

/** Submits until the chaincode is there again: how long its process takes to start depends on the machine. */
async function submitted(client: TestClient, value: string): Promise<string> {
  const giveUpMs = performance.now() + WAIT_MS;
  for (;;) {
    try {
      return textOf(await client.contract().submitTransaction('put', 'k', value));
    } catch (error) {
      if (performance.now() > giveUpMs) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

describe('a chaincode that is not there', () => {
  test(
    'a server that is down is an error of the gateway; once it is up, and up again, it is used',
    async () => {
      await using folder = await TemporaryFolder.make();
      const port = await freePort();
      const packageFolder = await probePackage(folder, 'chaincode');
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

      await using servers = new AsyncDisposableStack();
      const first = servers.adopt(serveChaincode(port, packageFolder), stopped);
      expect(await submitted(client, 'v1')).toBe('v1');
      await stopped(first);
      servers.adopt(serveChaincode(port, packageFolder), stopped);
      expect(await submitted(client, 'v2')).toBe('v2');
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'a server that is up again after a long time is dialled by the first proposal: none is refused while its port is open',
    async () => {
      await using folder = await TemporaryFolder.make();
      const port = await freePort();
      const packageFolder = await probePackage(folder, 'chaincode');
      await using devnet = await startTestDevnet(folder, {
        channels: { ch: { organizations: ['A'], chaincodes: { probe: { source: `127.0.0.1:${port}` } } } },
      });
      using client = await TestClient.open(devnet, 'ch', 'A');
      await using servers = new AsyncDisposableStack();
      for (const value of ['v1', 'v2']) {
        // Refused after the whole time that a peer waits: whatever paused between attempts pauses longest now.
        expect((await failureOf(client.contract().evaluateTransaction('get', 'k'))).code).toBe(
          status.ABORTED,
        );
        const server = servers.adopt(serveChaincode(port, packageFolder), stopped);
        await listening(port);
        expect(textOf(await client.contract().submitTransaction('put', 'k', value))).toBe(value);
        await stopped(server);
      }
    },
    TEST_TIMEOUT_MS,
  );

  test('a proposal that arrives while its chaincode starts waits for it', async () => {
    await using folder = await TemporaryFolder.make();
    await using devnet = await startTestDevnet(folder);
    using client = await TestClient.open(devnet, 'ch', 'A');
    await failureOf(client.contract().evaluate('crash', { endorsingOrganizations: ['A'] }));
    expect(textOf(await client.contract().submitTransaction('put', 'k', 'at once'))).toBe('at once');
  });

  test('a CommonJS package is run as a module too', async () => {
    await using folder = await TemporaryFolder.make();
    const source = `module:${await probePackage(folder, 'chaincode')}`;
    const channels = { ch: { organizations: ['A'], chaincodes: { probe: { source } } } };
    await using devnet = await startTestDevnet(folder, { channels });
    using client = await TestClient.open(devnet, 'ch', 'A');
    expect(textOf(await client.contract().submitTransaction('put', 'k', 'v'))).toBe('v');
  });

  test(
    'a module that ends its process is started again',
    async () => {
      await using folder = await TemporaryFolder.make();
      await using devnet = await startTestDevnet(folder);
      using client = await TestClient.open(devnet, 'ch', 'A');
      const before = devnet.chaincodePids.get(PROBE);
      const failure = await failureOf(client.contract().evaluate('crash', { endorsingOrganizations: ['A'] }));
      expect(failure.details[0]).toContain('chaincode stream terminated');
      expect(await submitted(client, 'again')).toBe('again');
      expect(devnet.chaincodePids.get(PROBE)).not.toBe(before);
    },
    TEST_TIMEOUT_MS,
  );

  test('a module that cannot be loaded stops the start, and says why', async () => {
    await using folder = await TemporaryFolder.make();
    const missing = { probe: { source: `${PROBE_SOURCE}-missing` } };
    await expect(
      startTestDevnet(folder, { channels: { ch: { organizations: ['A'], chaincodes: missing } } }),
    ).rejects.toMatchObject({ code: 'CHAINCODE_MODULE_FAILED' });
  });
});
