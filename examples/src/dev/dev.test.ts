import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, expect, test } from '@jest/globals';
import { isAlive } from './is-alive.js';

const workspace = fileURLToPath(new URL('../../../', import.meta.url));
const DEV = join(workspace, 'examples/bin/careledger-dev.js');
/** A sealed block counts for more frames than an open one has. */
const FRAMES_PER_BLOCK = 1_024;
/** A flush waits for the ledgers. */
const LINE_MAX_MS = 30_000;
/** The simulated device sends until it is stopped. */
const DEVICE_SHOWN_MS = 8_000;
const dir = mkdtempSync(join(tmpdir(), 'careledger-dev-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

test('a changed service restarts alone and has its data; Ctrl-C ends everything', async () => {
  const child = spawn(process.execPath, [DEV, '--no-compile', '--dir', dir, '--every', '1s'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // A process group like that of a terminal's command.
    detached: true,
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  const printed = async (text: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      const found = text.exec(output);
      if (found) return found;
      if (child.exitCode !== null) throw new Error(`It ended with ${child.exitCode}:\n${output}`);
      await delay(100);
    }
  };
  try {
    const [, token = '', url = ''] = await printed(/Bearer (\S+)' '(http\S+\/chain)'/);
    await printed(/Ctrl-C stops all of it/);
    const lines = [...output.matchAll(/^ *((?:curl|node) .+)$/gm)].map(([, line = '']) => line);
    expect(lines.length).toBeGreaterThanOrEqual(10);
    expect(lines.filter((line) => line.includes('careledger-sign-in'))).toHaveLength(1);
    for (const line of lines) expect(faultOf(line, await shownBy(line))).toBeUndefined();

    const framesTaken = async (): Promise<number> => {
      const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
      expect(response.status).toBe(200);
      const { blocks, openFrames } = (await response.json()) as { blocks: number; openFrames: number };
      return blocks * FRAMES_PER_BLOCK + openFrames;
    };
    const before = await framesTaken();
    const pids = childrenOf(child.pid);

    const now = new Date();
    utimesSync(join(workspace, 'gateway-service/dist/src/index.js'), now, now);
    const [, pid] = await printed(/ s {2}gateway restarted in .* s \(pid (\d+)\)/);
    const after = await framesTaken();
    expect(after).toBeGreaterThanOrEqual(before);
    // The gateway is another process, all others are the same.
    expect(childrenOf(child.pid).filter((one) => !pids.includes(one))).toEqual([Number(pid)]);
    expect(output.match(/ restarted in /g)).toHaveLength(1);
    // The device goes on.
    while ((await framesTaken()) <= after) await delay(200);
  } finally {
    const children = childrenOf(child.pid);
    // Ctrl-C.
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGINT');
    if (child.exitCode === null) await once(child, 'exit');
    expect(children.filter(isAlive)).toEqual([]);
  }
  expect(child.exitCode).toBe(0);
  // The service was asked by whoever stops all in order, not by the terminal.
  expect(readFileSync(join(dir, 'logs', 'gateway.log'), 'utf8')).not.toContain('"signal":"SIGINT"');
}, 300_000);

/** What a printed line shows on a shell; one that goes on is ended. An answer that is no success shows nothing. */
async function shownBy(line: string): Promise<string> {
  const strict = line.replaceAll('curl -s ', 'curl -sf ');
  const shell = spawn('bash', ['-c', strict], {
    cwd: workspace,
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  let shown = '';
  shell.stdout.on('data', (chunk: Buffer) => (shown += chunk.toString('utf8')));
  const closed = once(shell, 'close');
  const limitMs = line.startsWith('node') ? DEVICE_SHOWN_MS : LINE_MAX_MS;
  const timer = setTimeout(() => shell.pid !== undefined && process.kill(-shell.pid, 'SIGTERM'), limitMs);
  await closed;
  clearTimeout(timer);
  return shown;
}

function faultOf(line: string, shown: string): string | undefined {
  const fault = `${line}\n${shown}`;
  if (line.startsWith('node')) return /frame 1: .* stored/.test(shown) ? undefined : fault;
  if (line.includes('/v1/notices')) return shown.includes('data:') ? undefined : fault;
  if (shown === '') return fault;
  const answer = JSON.parse(shown) as Record<string, unknown>;
  // What was announced a moment ago may not be in the copy yet.
  if (line.includes('/fhir/Observation')) return answer['type'] === 'searchset' ? undefined : fault;
  const list = ['readings', 'records', 'accesses'].find((member) => member in answer);
  return list !== undefined && (answer[list] as unknown[]).length === 0 ? fault : undefined;
}

/** By /proc: on other systems than Linux none are found. */
function childrenOf(pid: number | undefined): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return text === '' ? [] : text.split(' ').map(Number);
}
