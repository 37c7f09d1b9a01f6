import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, describe, expect, test } from '@jest/globals';
import { Child, ProcessGroup, peakMemory } from './index.js';

const folder = mkdtempSync(join(tmpdir(), 'careledger-supervisor-'));
afterAll(() => rmSync(folder, { recursive: true }));

const program = (name: string, text: string): [string] => {
  const path = join(folder, `${name}.mjs`);
  writeFileSync(path, text);
  return [path];
};
const READY = `console.log(JSON.stringify({ready:true,service:'test',pid:process.pid}));`;
const logFile = join(folder, 'log');

describe('a supervised process', () => {
  test('is started until ready, stopped cleanly, and started again', async () => {
    await using child = new Child({
      name: 'good',
      program: program(
        'good',
        // The handler first: a SIGTERM may come as soon as the ready line is out.
        `const t = setInterval(() => 0, 1e6); process.on('SIGTERM', () => clearInterval(t)); ${READY}`,
      ),
      logFile,
    });
    expect((await child.start()).service).toBe('test');
    expect(await child.stop()).toBe(0);
    expect(child.running).toBe(false);
    await child.start();
    expect(child.running).toBe(true);
  });

  test('that dies before it is ready is quoted in the error', async () => {
    const child = new Child({
      name: 'bad',
      program: program('bad', `console.error('no disk'); process.exit(3);`),
      logFile,
    });
    await expect(child.start()).rejects.toMatchObject({
      code: 'CHILD_EXITED',
      message: expect.stringContaining('no disk'),
    });
    expect(readFileSync(logFile, 'utf8')).toContain('no disk');
  });

  test('ends with whoever started it and was told to end', async () => {
    const member = program('member', `setInterval(() => 0, 1e6); ${READY}`);
    const index = new URL('./index.js', import.meta.url).href;
    const [starter] = program(
      'starter',
      `const { Child } = await import(${JSON.stringify(index)});
       const child = new Child({ name: 'member', program: ${JSON.stringify(member)}, logFile: ${JSON.stringify(logFile)} });
       process.once('SIGTERM', () => process.exit(143));
       await child.start();
       console.log(child.pid);`,
    );
    const parent = spawn(process.execPath, [starter], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(createInterface({ input: parent.stdout }), 'line')) as [string];
    const isRunning = (): boolean => {
      try {
        return process.kill(Number(line), 0);
      } catch {
        return false;
      }
    };
    expect(isRunning()).toBe(true);
    parent.kill('SIGTERM');
    await once(parent, 'exit');
    for (let tries = 0; tries < 100 && isRunning(); tries++) await delay(50);
    expect(isRunning()).toBe(false);
  });

  test('that never gets ready is killed in time', async () => {
    const child = new Child({
      name: 'mute',
      program: program('mute', 'setInterval(() => 0, 1e6)'),
      logFile,
      readyTimeoutMs: 300,
    });
    await expect(child.start()).rejects.toMatchObject({ code: 'CHILD_NOT_READY' });
    await child.kill();
    expect(child.running).toBe(false);
  });
});

describe('the memory of a process group', () => {
  test('is that of all its members together', async () => {
    await using processes = new ProcessGroup();
    using memory = peakMemory(() => processes.pids());
    await processes.start({
      name: 'one',
      program: program('one', `${READY} setInterval(() => 0, 1e6)`),
      logFile,
    });
    for (let tries = 0; tries < 40 && memory.peakBytes === 0; tries++)
      await new Promise((r) => setTimeout(r, 100));
    expect(memory.peakBytes).toBeGreaterThan(5_000_000);
  });
});
