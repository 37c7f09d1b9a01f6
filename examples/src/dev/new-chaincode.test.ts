import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { devNetworkFolder } from '@careledger/network-definition';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

const workspace = fileURLToPath(new URL('../../../', import.meta.url));
/** A function of the chaincode, as it is and as it is edited to. */
const CHAINCODE = 'chaincode/access-control';
const SOURCE = join(CHAINCODE, 'src/chaincode.ts');
const ROWS = '{ prefix: authorities.under(), rowOf: ({ value }) => value }';
const EDITED = ROWS.replace('=> value', "=> ({ ...value, endpoint: 'https://edited.example' })");

const TSC = 'node_modules/typescript/bin/tsc';
const folder = mkdtempSync(join(tmpdir(), 'careledger-new-chaincode-'));
const checkout = join(folder, 'checkout');
const dir = join(folder, 'dev');

beforeAll(() => copyCheckout(), 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('chaincode that is edited while the network runs answers anew, from the ledger as it was', async () => {
  const child = spawn(process.execPath, ['examples/bin/careledger-dev.js', '--no-compile', '--dir', dir], {
    cwd: checkout,
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  const printed = async (line: RegExp): Promise<void> => {
    while (!line.test(output)) {
      if (child.exitCode !== null) throw new Error(`It ended with ${child.exitCode}:\n${output}`);
      await delay(100);
    }
  };
  try {
    await printed(/Ctrl-C stops all of it/);
    const before = await authorities();
    expect(before).toContain("authorityId: 'aut_hospital'");
    expect(before).not.toContain('edited.example');
    const source = readFileSync(join(checkout, SOURCE), 'utf8');
    expect(source).toContain(ROWS);
    writeFileSync(join(checkout, SOURCE), source.replace(ROWS, EDITED));
    // As an editor that compiles; the whole checkout would take longer.
    await promisify(execFile)(process.execPath, [TSC, '-b', CHAINCODE], { cwd: checkout });
    await printed(/ s {2}devnet restarted in /);
    // What is compiled is written file by file: a second restart may follow the first.
    let after = await authorities();
    while (!after.includes('edited.example')) after = await authorities();
    expect(after).toContain("authorityId: 'aut_hospital'");
    expect(after).toContain("endpoint: 'https://edited.example'");
  } finally {
    if (child.pid !== undefined && child.exitCode === null) {
      process.kill(-child.pid, 'SIGINT');
      await once(child, 'exit');
    }
  }
  expect(child.exitCode).toBe(0);
}, 300_000);

/** What the prompt on the ledger shows of the authorities. */
async function authorities(): Promise<string> {
  const prompt = spawn(
    process.execPath,
    [join(workspace, 'network/runners/bin/careledger-console.js'), '--dir', devNetworkFolder(dir)],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  prompt.stdin.end("await authorities.evaluate(accessControl, 'ListAuthorities', {})\n");
  return text(prompt.stdout);
}

/** The checkout with what is compiled of it. Its packages are its own; those of others that all share are linked. */
function copyCheckout(): void {
  const left = new Set(['.git', '.careledger', 'node_modules'].map((name) => join(workspace, name)));
  cpSync(workspace, checkout, {
    recursive: true,
    preserveTimestamps: true,
    filter: (path) => !left.has(path),
  });
  const modules = join(workspace, 'node_modules');
  mkdirSync(join(checkout, 'node_modules'));
  for (const name of readdirSync(modules)) {
    const to = join(checkout, 'node_modules', name);
    if (name === '@careledger') cpSync(join(modules, name), to, { recursive: true, verbatimSymlinks: true });
    else symlinkSync(join(modules, name), to);
  }
}
