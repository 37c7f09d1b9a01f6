import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

const WORKSPACE = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'careledger-bundle-'));
const bundle = join(folder, 'host.mjs');
beforeAll(() => {
  const made = join(WORKSPACE, 'dist', 'test-bundle.mjs');
  const bundler = join(WORKSPACE, '..', 'runtime', 'bin', 'bundle.js');
  execFileSync(process.execPath, [bundler, 'bin/careledger-chaincode-host.js', made], { cwd: WORKSPACE });
  cpSync(made, bundle);
  for (const suffix of ['', '.LEGAL.txt']) rmSync(`${made}${suffix}`, { force: true });
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('No port.');
  return address.port;
}

test('the bundle serves both chaincodes from an empty folder with nothing but node, and stops when told', async () => {
  const [one, two] = [await freePort(), await freePort()];
  const child = spawn(process.execPath, [bundle], {
    cwd: folder,
    env: {
      CARELEDGER_NETWORK_ID: 'careledger',
      ACCESS_CONTROL_CHAINCODE_ID: 'access-control:1',
      ACCESS_CONTROL_CHAINCODE_SERVER_ADDRESS: `127.0.0.1:${one}`,
      RECORDS_CHAINCODE_ID: 'records:1',
      RECORDS_CHAINCODE_SERVER_ADDRESS: `127.0.0.1:${two}`,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let logged = '';
  child.stderr.on('data', (chunk: Buffer) => (logged += chunk.toString()));
  try {
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    expect(JSON.parse(line)).toEqual({
      ready: true,
      service: 'chaincode',
      pid: child.pid,
      urls: { 'access-control': `grpc://127.0.0.1:${one}`, records: `grpc://127.0.0.1:${two}` },
    });
    expect(logged).toContain('network careledger');
  } finally {
    child.kill('SIGTERM');
  }
  const [code] = (await once(child, 'exit')) as [number | null];
  expect(code).toBe(0);
});

test('the bundle says which variable is missing, and fails', () => {
  const outcomeWith = (env: Record<string, string>) => {
    const { status, stderr } = spawnSync(process.execPath, [bundle], { cwd: folder, env, encoding: 'utf8' });
    return { status, missing: /Set ([A-Z_]+)/.exec(stderr)?.[1] };
  };
  expect(outcomeWith({})).toEqual({ status: 1, missing: 'CARELEDGER_NETWORK_ID' });
  expect(outcomeWith({ CARELEDGER_NETWORK_ID: 'careledger' })).toEqual({
    status: 1,
    missing: 'ACCESS_CONTROL_CHAINCODE_SERVER_ADDRESS',
  });
});
