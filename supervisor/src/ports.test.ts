import { execFile } from 'node:child_process';
import { createServer } from 'node:net';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { freePortRun, freePorts } from './ports.js';

const run = promisify(execFile);
const MODULE = new URL('./ports.js', import.meta.url).href;
const COUNT = 2_000;
const PROGRAM = `
  import { freePorts } from ${JSON.stringify(MODULE)};
  process.stdout.write((await freePorts(${COUNT})).join(' '));
`;

test('processes that look at the same time are given different ports', async () => {
  // A third of all there are: two that only look would find some of the same ones.
  const mine = new Set(await freePorts(COUNT));
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', PROGRAM]);
  const others = stdout.split(' ').map(Number);
  expect([mine.size, new Set(others).size]).toEqual([COUNT, COUNT]);
  expect(others.filter((port) => mine.has(port))).toEqual([]);
});

test('a port that is reserved can be listened on, and a run of them leaves out one that is taken', async () => {
  const [port = 0] = await freePorts(1);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const first = await freePortRun(8);
  expect(port < first || port > first + 7).toBe(true);
  await new Promise((resolve) => server.close(resolve));
});
