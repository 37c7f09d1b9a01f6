import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startDevnet, type Devnet } from '@careledger/devnet';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

const workspace = fileURLToPath(new URL('../../../../../', import.meta.url));
const CONSOLE = join(workspace, 'network/runners/bin/careledger-console.js');
const CHAINCODE = join(workspace, 'chaincode/host/dist/modules/access-control.mjs');

let dir = '';
let devnet: Devnet | undefined;

beforeAll(async () => {
  // The chaincode takes statements of this network.
  process.env['CARELEDGER_NETWORK_ID'] = 'devnet';
  dir = await mkdtemp(join(tmpdir(), 'careledger-console-'));
  const chaincodes = { 'access-control': { source: `module:${CHAINCODE}`, policy: 'ANY Endorsement' } };
  devnet = await startDevnet({
    dir,
    channels: {
      authorities: { organizations: ['PatientsMSP', 'HospitalMSP'], chaincodes },
      cloud: { organizations: ['PatientsMSP'], members: ['HospitalMSP'], chaincodes },
    },
  });
});

afterAll(async () => {
  await devnet?.close();
  await rm(dir, { recursive: true });
});

describe('the console', () => {
  test('reads both channels as the organisation', async () => {
    const { code, output } = await pipe(
      "await authorities.evaluate(accessControl, 'ListAuthorities', {})",
      "await cloud.evaluate(accessControl, 'ListProviders', {})",
    );
    expect(output.match(/rows: \[\]/g)).toHaveLength(2);
    expect(code).toBe(0);
  });

  test('says what to try, and what a function takes', async () => {
    const { output } = await pipe('.help', '.functions getpat', '.clear', 'accessControl.name');
    expect(output).toContain("await authorities.evaluate(accessControl, 'ListAuthorities', {})");
    expect(output).toMatch(/GetPatient +evaluate +authorities cloud +\{ patientId \}/);
    expect(output).toContain("'access-control'");
  });

  test('without a network, says what starts one', async () => {
    const empty = await mkdtemp(join(tmpdir(), 'careledger-console-'));
    const failed = promisify(execFile)(process.execPath, [CONSOLE], { cwd: empty });
    await expect(failed).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('make dev') });
    await rm(empty, { recursive: true });
  });
});

/** Gives lines to a console of the hospital, and what it printed. */
async function pipe(...lines: string[]): Promise<{ readonly code: unknown; readonly output: string }> {
  const child = spawn(process.execPath, [CONSOLE, '--dir', dir], { stdio: ['pipe', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  child.stdin.end(lines.map((line) => `${line}\n`).join(''));
  const [code] = (await once(child, 'close')) as [unknown];
  return { code, output };
}
