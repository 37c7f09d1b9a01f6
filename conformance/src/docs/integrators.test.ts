import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { PYTHON_MISSING, hasPythonGenerator, writePython } from '../clients/python.js';
import { openApiDocuments } from './openapi-documents.js';
import { WORKSPACE, textOf } from './workspace.js';

const run = promisify(execFile);
const PAGE = 'docs/integrators.md';
/** As the page calls it; the test has one of its own. */
const PAGE_FOLDER = '.careledger/sandbox';
const SANDBOX = join(WORKSPACE, 'examples/bin/careledger-sandbox.js');
const TSC = join(WORKSPACE, 'node_modules/typescript/bin/tsc');
const START_MAX_MS = 240_000;
const TOUR_MAX_MS = 180_000;
const POLL_MS = 100;

/** Text of a page's fenced blocks of a language, in their order. */
const blocksOf = (page: string, language: string): string[] =>
  [...textOf(page).matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'gm'))].map(
    ([, block = '']) => block,
  );

/** An interpreter with what the generated code needs, where the generator is there as well. */
const python = (await hasPythonGenerator())
  ? await run('python3', ['-c', 'import attrs, httpx, sys; print(sys.executable)']).then(
      ({ stdout }) => stdout.trim(),
      () => undefined,
    )
  : undefined;
if (python === undefined) console.warn(`SKIPPED: ${PYTHON_MISSING}, with attrs and httpx`);

interface Inspected {
  readonly authority: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

describe('the tour for integrators, against a sandbox', () => {
  // Below the workspace, so that the tour's imports are found.
  mkdirSync(join(WORKSPACE, '.careledger'), { recursive: true });
  const dir = mkdtempSync(join(WORKSPACE, '.careledger', 'tour-'));
  const sandboxDir = join(dir, 'sandbox');
  const variables = join(sandboxDir, 'env.sh');
  let sandbox: ChildProcess;
  let said = '';
  let notices = '';

  beforeAll(async () => {
    sandbox = spawn(process.execPath, [SANDBOX, '--dir', sandboxDir, '--json', '--every', '1s'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    sandbox.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
    sandbox.stdout?.on('data', (chunk: Buffer) => (notices += chunk.toString('utf8')));
    while (!said.includes('From now on, a line for each notice')) {
      if (sandbox.exitCode !== null) throw new Error(`It ended with ${sandbox.exitCode}:\n${said}`);
      await delay(POLL_MS);
    }
  }, START_MAX_MS);

  afterAll(async () => {
    if (sandbox.exitCode === null) sandbox.kill('SIGKILL');
    rmSync(dir, { recursive: true, force: true });
  });

  test(
    'its commands do what the page says',
    async () => {
      const script = blocksOf(PAGE, 'sh').join('').replaceAll(PAGE_FOLDER, sandboxDir);
      const { stdout } = await run('bash', ['-ec', script], { cwd: WORKSPACE });
      expect(stdout).toMatch(/event: record$/m);
      expect(stdout).toMatch(/^x-careledger-permit: [0-9a-f]{64}/im);
      expect(stdout).toContain('The proof holds.');
      expect(stdout).toMatch(/"confirmed":true/);
      expect(stdout).toMatch(/"stage":"(?:stored|announced)"/);
      expect(stdout).toContain('"code":"ACCESS_DENIED"');
    },
    TOUR_MAX_MS,
  );

  /** What a program of the documentation prints, once it has compiled. */
  async function printedBy(name: string, program: string): Promise<string> {
    const file = join(dir, `${name}.mts`);
    writeFileSync(file, program);
    const config = join(dir, `${name}.tsconfig.json`);
    writeFileSync(config, JSON.stringify({ extends: '../../tsconfig.base.json', files: [file] }));
    await run(process.execPath, [TSC, '-p', config, '--noEmit', '--composite', 'false']);
    const command = `source '${variables}'; exec '${process.execPath}' '${file}'`;
    return (await run('bash', ['-ec', command])).stdout;
  }

  test(
    'its TypeScript compiles, and does the same',
    async () => {
      const stdout = await printedBy('tour', blocksOf(PAGE, 'ts').join('\n'));
      expect(stdout).toMatch(/^\d+ record$/m);
      expect(stdout).toMatch(/^\d+ FHIR resources$/m);
      expect(stdout).toMatch(/^visit \S+ confirmed$/m);
      expect(stdout).toMatch(/^report rec_\S+ (?:stored|announced)$/m);
      expect(stdout).toMatch(/answered 403 ACCESS_DENIED/);
    },
    TOUR_MAX_MS,
  );

  test(
    'the first call of the TypeScript client’s page is answered',
    async () => {
      const [firstCall = ''] = blocksOf('clients/typescript/README.md', 'ts');
      expect(await printedBy('first-call', firstCall)).toMatch(/^pat_\S+ \w+$/m);
    },
    TOUR_MAX_MS,
  );

  (python === undefined ? test.skip : test)(
    'the first call of the Python client’s page is answered',
    async () => {
      const packages = join(dir, 'python');
      await writePython(await openApiDocuments(), join(packages, 'careledger_client'));
      const [firstCall = ''] = blocksOf('clients/python/README.md', 'python');
      const command = `source '${variables}'; PYTHONPATH='${packages}' exec '${python}' -c "$1"`;
      const { stdout } = await run('bash', ['-ec', command, 'bash', firstCall]);
      expect(stdout).toMatch(/^pat_\S+ \w+$/m);
    },
    TOUR_MAX_MS,
  );

  test('the inspector shows what reached which authority, and no secret of the sandbox is for others to read', () => {
    const shown = notices
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Inspected);
    const kindsAt = (name: string) =>
      new Set(shown.filter(({ authority }) => authority === name).map(({ type }) => type));
    expect([...kindsAt('hospital')].sort()).toEqual([
      'emergency',
      'policy',
      'record',
      'subscription',
      'visit',
    ]);
    expect(kindsAt('lab')).toContain('policy');
    expect(kindsAt('insurer').size).toBe(0);
    expect(existsSync(variables) && readFileSync(variables, 'utf8')).toContain('export PATIENT=');
  });

  test('Ctrl-C stops all of it', async () => {
    sandbox.kill('SIGINT');
    if (sandbox.exitCode === null) await once(sandbox, 'exit');
    expect(sandbox.exitCode).toBe(0);
    expect(said).toContain('stopping everything');
    const [, url = ''] = /^export GATEWAY='(.*)'$/m.exec(readFileSync(variables, 'utf8')) ?? [];
    await expect(fetch(url)).rejects.toThrow();
  }, 60_000);
});
