/**
 * Lets strangers' judges look at the services: `make judges`. Redocly and Spectral read what each kind of service says of
 * itself; schemathesis sends it requests that are made up from that. Prints a row for each, and ends with 1 if one of them
 * has found something.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import type { ServiceProgram } from '@careledger/network-definition';
import { redocly, spectral } from '../docs/openapi-judges.js';
import { JudgedServices, type JudgedService } from './judged-services.js';
import { SCHEMATHESIS, findSchemathesis, judge, type Effort } from './schemathesis.js';

/** In this order: what the later ones are asked ends what the earlier ones need. */
const PROGRAMS: readonly ServiceProgram[] = ['cloud', 'api', 'gateway'];
const CASES = 2_000;
const SEED_END = 2 ** 31;

const command = new Command('careledger-judges')
  .description('Lets redocly, spectral and schemathesis judge the services, on the embedded network.')
  .argument('[services...]', `of: ${PROGRAMS.join(', ')}; all of them unless given`)
  .option('--cases <n>', 'requests that schemathesis makes up for each service, at least', String(CASES))
  .option('--seed <n>', 'makes the same requests again; is printed')
  .parse();
const { cases, seed } = command.opts<{ cases: string; seed?: string }>();
const effort: Effort = {
  cases: Number(cases),
  seed: seed === undefined ? Math.floor(Math.random() * SEED_END) : Number(seed),
};
const wanted = PROGRAMS.filter((program) => command.args.length === 0 || command.args.includes(program));

const schemathesis =
  (await findSchemathesis({ mayFetch: true })) ??
  command.error(
    `schemathesis is not here: pip install ${SCHEMATHESIS}, or name its program in SCHEMATHESIS_BIN`,
  );

const dir = await mkdtemp(join(tmpdir(), 'careledger-judges-'));
await using stack = new AsyncDisposableStack();
stack.defer(() => rm(dir, { recursive: true, force: true }));
const services = stack.use(await JudgedServices.start());
console.log(row('service', 'judge', 'operations', 'cases', 'failures'));
for (const program of wanted) {
  await readBy(services.of(program));
  const verdict = await judge(schemathesis, services.of(program), dir, effort);
  console.log(
    row(program, `schemathesis, seed ${effort.seed}`, verdict.operations, verdict.cases, verdict.failures),
  );
  if (verdict.failures > 0) blame(verdict.text);
  if (verdict.cases < effort.cases) blame(`only ${verdict.cases} of ${effort.cases} cases`);
}

/** What linters say of a service's description. */
async function readBy({ program, url }: JudgedService): Promise<void> {
  const file = join(dir, `${program}.json`);
  await writeFile(file, await (await fetch(new URL('/openapi.json', url))).text());
  for (const { name, faultsOf } of [redocly, spectral]) {
    const faults = await faultsOf(file);
    console.log(row(program, name, '', '', faults.length));
    if (faults.length > 0) blame(faults.join('\n'));
  }
}

function row(...cells: readonly (string | number)[]): string {
  const widths = [8, 32, 10, 6, 8];
  return cells
    .map((cell, index) =>
      index < 2 ? String(cell).padEnd(widths[index] ?? 0) : String(cell).padStart(widths[index] ?? 0),
    )
    .join('  ');
}

function blame(text: string): void {
  console.log(text);
  process.exitCode = 1;
}
