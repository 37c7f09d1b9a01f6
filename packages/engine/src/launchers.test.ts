import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ENGINE_MAJOR, isEngine, reasonOf } from './index.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../../', import.meta.url));
const launchers = globSync(['*/bin/careledger-*.js', '*/*/bin/careledger-*.js'], {
  cwd: root,
  exclude: ['node_modules'],
}).sort();

const older = await olderNode();
if (older === undefined) process.stderr.write(`SKIPPED: no Node below ${ENGINE_MAJOR} on the PATH\n`);
const describeOnOlderNode = older === undefined ? describe.skip : describe;

test('the engine is the one that the project pins', () => {
  const { version } = createRequire(import.meta.url)('node/package.json') as { version: string };
  expect(Number.parseInt(version, 10)).toBe(ENGINE_MAJOR);
  expect([isEngine('20.19.0'), isEngine(version), isEngine('26.0.0')]).toEqual([false, true, true]);
});

test('no launcher loads its program before it knows the engine', () => {
  expect(launchers.length).toBeGreaterThan(10);
  for (const launcher of launchers) {
    const imported = [...readFileSync(join(root, launcher), 'utf8').matchAll(/^import\b.*'(.+)';$/gm)];
    // What any Node has says nothing of the engine.
    const own = imported.map(([, from = '']) => from).filter((from) => !from.startsWith('node:'));
    expect([launcher, ...own]).toEqual([launcher, '@careledger/engine']);
  }
});

test('a failure is told with its code and with what is below it', () => {
  const refused = Object.assign(new Error(''), { code: 'ECONNREFUSED' });
  expect(reasonOf(new TypeError('fetch failed', { cause: refused }))).toBe('fetch failed: ECONNREFUSED');
  const coded = Object.assign(new Error('Set "url".', { cause: 'the file' }), { code: 'CONFIG_INVALID' });
  expect(reasonOf(coded)).toBe('CONFIG_INVALID: Set "url".: the file');
  expect(reasonOf('nothing but words')).toBe('nothing but words');
});

describeOnOlderNode('started by an older Node', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'careledger-engine-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each(launchers)('%s runs', async (launcher) => {
    const said = await helpOf(String(older), launcher);
    // Chaincode has no usage: it says what it lacks.
    expect(said).toMatch(/^usage|^careledger-|Set CARELEDGER_NETWORK_ID/im);
    expect(said).not.toMatch(/ERR_|is not a function|SyntaxError/);
  });

  test('a program hears SIGTERM, and its exit status is the launcher’s', async () => {
    const file = join(folder, 'launcher.mjs');
    const engine = JSON.stringify(new URL('./index.js', import.meta.url).href);
    writeFileSync(
      file,
      `import { onEngine } from ${engine};
       await onEngine(async () => {
         setInterval(() => undefined, 1000);
         process.on('SIGTERM', () => process.exit(7));
         process.stdout.write(process.versions.node + ' ' + process.argv.slice(2).join(' '));
       });`,
    );
    const started = spawn(String(older), [file, 'a', 'b c'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [said] = (await once(started.stdout, 'data')) as [Buffer];
    expect(said.toString()).toBe(`${process.versions.node} a b c`);
    started.kill('SIGTERM');
    expect(await once(started, 'exit')).toEqual([7, null]);
  });

  test('without a newer one installed, nothing is begun', async () => {
    // Alone in a folder, the engine's package finds no `node`.
    writeFileSync(
      join(folder, 'engine.mjs'),
      readFileSync(fileURLToPath(new URL('./index.js', import.meta.url))),
    );
    const file = join(folder, 'alone.mjs');
    writeFileSync(
      file,
      "import { onEngine } from './engine.mjs'; await onEngine(async () => console.log('begun'));",
    );
    await expect(run(String(older), [file])).rejects.toMatchObject({
      code: 70,
      stdout: '',
      stderr: expect.stringContaining('npm ci'),
    });
  });
});

async function helpOf(node: string, launcher: string): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  execFile(node, [join(root, launcher), '--help'], { env: {} }, (_error, stdout, stderr) =>
    resolve(stdout + stderr),
  );
  return promise;
}

/** The first Node of the PATH that is too old; npm puts the pinned one before it. */
async function olderNode(): Promise<string | undefined> {
  for (const dir of (process.env['PATH'] ?? '').split(delimiter)) {
    const node = join(dir, 'node');
    if (!existsSync(node)) continue;
    const { stdout } = await run(node, ['--version']);
    if (!isEngine(stdout.replace(/^v/, ''))) return node;
  }
  return undefined;
}
