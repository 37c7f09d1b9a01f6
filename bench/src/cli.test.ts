import { execFile } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { appendVsHypercore } from './append/versus-hypercore.js';
import { meets } from './run/budget.js';
import { WORKSPACE } from './run/folder.js';

const PROGRAM = join(WORKSPACE, 'bench/bin/careledger-bench.js');
const TIMEOUT_MS = 120_000;

interface Ended {
  readonly exitCode: number | string | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [PROGRAM, ...args], (error, stdout, stderr) =>
      resolve({ exitCode: error === null ? 0 : (error.code ?? null), stdout, stderr }),
    );
  });
}

function folders(): string[] {
  const parent = join(WORKSPACE, '.careledger');
  return existsSync(parent) ? readdirSync(parent).filter((name) => name.startsWith('bench-')) : [];
}

test('an unknown measure ends with the names that there are, and nothing on standard output', async () => {
  const { exitCode, stdout, stderr } = await run('--json', 'nothing');
  expect([exitCode, stdout]).toEqual([2, '']);
  expect(stderr).toContain('append_vs_hypercore_64');
});

test(
  'a quick run prints one line, its control fails, the exit code follows the budget, and nothing is left behind',
  async () => {
    const doc = join(WORKSPACE, 'docs/performance.md');
    const written = () => statSync(doc, { throwIfNoEntry: false })?.mtimeMs;
    const before = written();
    const foldersBefore = folders();
    const { exitCode, stdout, stderr } = await run('--json', '--quick', 'append_vs_hypercore_64');
    const line = JSON.parse(stdout) as { name: string; ratio: number; a: number; b: number; unit: string };
    expect(Object.keys(line)).toEqual(['name', 'ratio', 'a', 'b', 'unit']);
    expect(line).toMatchObject({ name: 'append_vs_hypercore_64', unit: 'us/entry' });
    expect(line.a).toBeGreaterThan(0);
    expect(line.ratio).toBeCloseTo(line.b / line.a, 2);
    expect(stderr).toContain('fails as it must');
    expect(exitCode).toBe(meets(appendVsHypercore.budget, line.ratio) ? 0 : 1);
    expect(written()).toBe(before);
    expect(folders().filter((name) => !foldersBefore.includes(name))).toEqual([]);
  },
  TIMEOUT_MS,
);
