import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadVectors, type VectorKind } from '@careledger/spec';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ProofVector } from '../testing/vectors.js';

const bin = fileURLToPath(new URL('../../bin/careledger-verify.js', import.meta.url));
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'careledger-verify-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

function run(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

const vector = (kind: VectorKind, wanted: string): ProofVector =>
  loadVectors<ProofVector>(kind, 'private-chain').find(({ name }) => name === wanted)!;
const { proof, roots } = vector('valid', 'proof');

test('a proof that holds: a line per step, exit code 0', () => {
  const { status, stdout, stderr } = run(file('proof.json', proof), '--roots', file('roots.json', roots));
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatch(/^pass {4}reading +2339-0 = 101 mg\/dL at 2026-01-05T08:01:00\.000Z$/m);
  expect(stdout).toMatch(/^pass {4}attestations +HospitalMSP, InsurerMSP: block 17$/m);
  expect(stdout).toMatch(/The proof holds\.\n$/);
});

test('a proof of a frame of v 2 says what was signed: the comparator, and a boot where there is no clock', () => {
  const said = (name: string): string => {
    const signed = vector('valid', name);
    return run(file('v2.json', signed.proof), '--roots', file('roots.json', signed.roots)).stdout;
  };
  expect(said('proof-v2-below-range')).toMatch(
    /^pass {4}reading +2339-0 < 40 mg\/dL at 2026-01-05T08:01:00\.000Z$/m,
  );
  expect(said('proof-v2-without-clock')).toMatch(
    /^pass {4}reading +2339-0 = 101 mg\/dL 500 ms after boot boot-a$/m,
  );
});

test('a proof that does not hold: says which step, exit code 1', () => {
  const forged = vector('invalid', 'proof-anchor-by-stranger');
  const { status, stdout } = run(file('forged.json', forged.proof), '--roots', file('roots.json', roots));
  expect(status).toBe(1);
  expect(stdout).toMatch(/^FAIL {4}anchor-statement/m);
  expect(stdout).toMatch(/^skipped anchor-in-transaction/m);
  expect(stdout).toMatch(/The proof does not hold\.\n$/);
});

test('an embedded network is named for what it is', () => {
  const devnet = vector('valid', 'proof-devnet');
  const paths = [file('devnet.json', devnet.proof), '--roots', file('devnet-roots.json', devnet.roots)];
  expect(run(...paths).stdout).toContain(
    'Warning: one operator holds all keys: integrity only, no independent parties\n',
  );
  const report: unknown = JSON.parse(run(...paths, '--json').stdout);
  expect(report).toMatchObject({ ok: true, warnings: [expect.stringContaining('one operator')] });
});

test('what cannot be checked: a reason on standard error, exit code 2', () => {
  const rootsFile = file('roots.json', roots);
  const proofFile = file('proof.json', proof);
  const cases = [
    [],
    [proofFile],
    [proofFile, proofFile, '--roots', rootsFile],
    [proofFile, '--root', rootsFile],
    [join(folder, 'absent.json'), '--roots', rootsFile],
    [folder, '--roots', rootsFile],
    [file('broken.json', '{'), '--roots', rootsFile],
    [file('other.json', '{"v":1}'), '--roots', rootsFile],
    [proofFile, '--roots', proofFile],
    [proofFile, '--roots', file('greedy.json', { ...roots, threshold: 4 })],
  ];
  for (const args of cases) {
    const { status, stdout, stderr } = run(...args);
    expect({ args, status, stdout }).toEqual({ args, status: 2, stdout: '' });
    expect(stderr).toMatch(/^careledger-verify: .+\n$/);
  }
});

test('--help says what the exit codes mean', () => {
  const { status, stdout } = run('--help');
  expect(status).toBe(0);
  expect(stdout).toContain('Exit code: 0 the proof holds, 1 it does not, 2 it could not be checked');
});
