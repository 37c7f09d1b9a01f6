import { mkdtempSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ProcessTable, type ProcessSpec } from './processes.js';

let root: string;
let table: ProcessTable;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'careledger-processes-'));
  table = new ProcessTable(join(root, 'pids'), join(root, 'logs'));
});
afterEach(async () => {
  for (const { name } of await table.list()) await table.stop(name);
  await rm(root, { recursive: true });
});

const spec = (script: string, env: NodeJS.ProcessEnv = {}): ProcessSpec => ({
  name: 'node',
  command: process.execPath,
  args: ['-e', script],
  cwd: root,
  env: { ...process.env, ...env },
  identity: Object.keys(env),
});
const FOREVER = 'console.log("begun"); setInterval(() => {}, 1000)';

describe('processes', () => {
  test('one that runs is not started a second time', async () => {
    expect(await table.start(spec(FOREVER))).toBe('started');
    const [first] = await table.list();
    expect(await table.start(spec(FOREVER))).toBe('running');
    expect(await table.list()).toEqual([first]);
  });

  test('one that runs with other settings is said to be out of date, and left alone', async () => {
    await table.start(spec(FOREVER, { PACKAGE_ID: '1' }));
    const [first] = await table.list();
    expect(await table.start(spec(FOREVER, { PACKAGE_ID: '2' }))).toBe('outdated');
    expect(await table.list()).toEqual([first]);
  });

  test('one that was killed is known to be dead, and can be started again', async () => {
    await table.start(spec(FOREVER));
    await table.signal('node', 'SIGKILL');
    let [entry] = await table.list();
    while (entry?.running) [entry] = await table.list();
    expect(entry).toMatchObject({ name: 'node', running: false });
    expect(await table.start(spec(FOREVER))).toBe('started');
  });

  test('a process that got the number of a dead one is not taken for it, let alone killed', async () => {
    await table.start(spec(FOREVER));
    await table.stop('node');
    const stranger = { pid: process.pid, started: 'long ago', digest: '' };
    await writeFile(join(root, 'pids', 'node.json'), JSON.stringify(stranger));
    expect(await table.list()).toEqual([{ name: 'node', pid: process.pid, running: false }]);
    expect(await table.signal('node', 'SIGKILL')).toBe(false);
    expect(await table.stop('node')).toBe('absent');
  });

  test('logs go on at the end of what was there', async () => {
    for (let i = 0; i < 2; i++) {
      await table.start(spec(FOREVER));
      while ((await readFile(table.logFile('node'), 'utf8')).split('\n').length < i + 2) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await table.stop('node');
    }
    expect(await table.tail('node', 5)).toEqual(['begun', 'begun']);
    expect(await table.tail('never-started', 5)).toEqual([]);
  });

  test('a program that is not there is said at once', async () => {
    const missing = { ...spec(''), command: join(root, 'no-such-program') };
    await expect(table.start(missing)).rejects.toMatchObject({ code: 'PROCESS_EXITED' });
    expect(await table.list()).toEqual([]);
  });
});
