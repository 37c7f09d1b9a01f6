import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ProcessGroup } from '../process-group.js';
import { packagesBehind } from './packages.js';
import { Restarter } from './restarter.js';

const folder = mkdtempSync(join(tmpdir(), 'careledger-restarter-'));
const program = join(folder, 'program.mjs');
const processes = new ProcessGroup();

beforeAll(async () => {
  const ready = `console.log(JSON.stringify({ready:true,service:'test',pid:process.pid}))`;
  writeFileSync(program, `setInterval(() => 0, 1e6); ${ready}`);
  for (const name of ['one', 'two'])
    await processes.start({ name, program: [program], logFile: join(folder, 'log') });
});
afterAll(async () => {
  await processes.stop();
  rmSync(folder, { recursive: true });
});

/** A restarter of both processes; `compiled` says how the compiler's runs end. */
function restarter(compiled: () => Promise<boolean> = () => Promise.resolve(true)) {
  const said: string[] = [];
  const process = (name: string, ...packages: string[]) => ({
    child: processes.child(name),
    packages: new Set(['shared', ...packages]),
  });
  return {
    said,
    restarted: () => said.map((line) => line.split(' ')[0]),
    restarter: new Restarter({
      processes: [process('one', 'a'), process('two', 'b')],
      compiled,
      say: (line) => said.push(line),
    }),
  };
}

describe('a change', () => {
  test('restarts the process that runs it, and no other', async () => {
    const { restarted, restarter: subject } = restarter();
    const before = ['one', 'two'].map((name) => processes.child(name).pid);
    subject.changed('b');
    await eventually(() => restarted().length === 1);
    await subject.stop();
    expect(restarted()).toEqual(['two']);
    expect(processes.child('one').pid).toBe(before[0]);
    expect(processes.child('two').pid).not.toBe(before[1]);
  });

  test('of many files restarts each process once, in order', async () => {
    const { restarted, restarter: subject } = restarter();
    for (const change of ['b', 'shared', 'a', 'shared']) subject.changed(change);
    await eventually(() => restarted().length === 2);
    await subject.stop();
    expect(restarted()).toEqual(['one', 'two']);
  });

  test('that does not compile restarts nothing until one does', async () => {
    const outcomes = [false, true];
    const { restarted, restarter: subject } = restarter(() => Promise.resolve(outcomes.shift() ?? true));
    subject.changed('a');
    await eventually(() => outcomes.length === 1);
    await delay(50);
    expect(restarted()).toEqual([]);
    subject.changed('b');
    await eventually(() => restarted().length === 2);
    await subject.stop();
  });

  test('with which the process does not start is told, and the next one tried', async () => {
    const { restarter: subject, said } = restarter();
    const good = `setInterval(() => 0, 1e6); console.log(JSON.stringify({ready:true,service:'test'}))`;
    writeFileSync(program, `console.error('no such import'); process.exit(1)`);
    subject.changed('a');
    await eventually(() => said.length === 1);
    expect(said[0]).toMatch(/one did not restart.*no such import/s);
    writeFileSync(program, good);
    subject.changed('a');
    await eventually(() => said.length === 2);
    expect(said[1]).toMatch(/^one restarted in .* s \(pid \d+\)$/);
    await subject.stop();
  });
});

test('a service runs its own package and those that it needs, however indirectly', () => {
  const packages = packagesBehind('cloud-service');
  expect(packages).toContain('cloud-service');
  expect(packages).toContain('packages/domain');
  expect(packages).not.toContain('api');
});

async function eventually(holds: () => boolean): Promise<void> {
  while (!holds()) await delay(20);
}
