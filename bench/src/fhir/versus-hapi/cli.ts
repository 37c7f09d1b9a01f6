import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { ProcessGroup } from '@careledger/supervisor';
import { EXIT_FAILED, EXIT_OK, EXIT_USAGE, endOnSignals, out, progress } from '../../command-line.js';
import { BenchError } from '../../errors.js';
import { loadAverage, machineFacts } from '../../report/machine.js';
import { textTable } from '../../report/table.js';
import { WORKSPACE, runFolder } from '../../run/folder.js';
import { compare, type Compared } from './compare.js';
import { HAPI_POM, HapiServer } from './hapi-server.js';
import { HOURS, bundlesOf, load } from './loading.js';
import { missedBy, peakRows, peaksOf, type PeakPair } from './memory.js';
import { ourSide } from './our-side.js';
import { comparedRows, fhirSpeedPage, loadedRows, type FhirReport, type LoadedPair } from './page.js';

const PATIENTS = 4;
const QUICK_HOURS = [250, 2_500];
const ROUNDS = { warmUp: 4, counted: 7 };
const QUICK_ROUNDS = { warmUp: 1, counted: 3 };

/** The comparison with HAPI on the command line. Returns the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const command = new Command('careledger-bench-fhir')
    .description(
      'Reads, searches and creates at an authority’s /fhir and at HAPI’s JPA server, side by side, and writes docs/fhir-speed.md. ' +
        'Needs Java 17 and Maven.',
    )
    .option('--quick', '10,000 observations and fewer rounds; leaves docs/fhir-speed.md as it is', false)
    .exitOverride();
  try {
    command.parse([...args], { from: 'user' });
    endOnSignals();
    await run(command.opts<{ quick: boolean }>().quick);
    return EXIT_OK;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_OK : EXIT_USAGE;
    if (!(error instanceof BenchError)) throw error;
    progress(error.message);
    return EXIT_FAILED;
  }
}

async function run(quick: boolean): Promise<void> {
  const folder = runFolder();
  const loadBefore = loadAverage();
  progress('HAPI starts');
  await using hapi = await HapiServer.start(join(folder, 'hapi'));
  progress('the network and the services start');
  await using processes = new ProcessGroup();
  const ours = await ourSide(processes, join(folder, 'careledger'), PATIENTS);
  const others = await hapi.side(ours.patients);
  const compared: Compared[] = [];
  const loaded: LoadedPair[] = [];
  const peaks: PeakPair[] = [];
  const notePeaks = (after: string): unknown => peaks.push(peaksOf([ours, others], after));
  let [from, records] = [0, 0];
  for (const to of quick ? QUICK_HOURS : HOURS) {
    records += bundlesOf({ from, to }).length;
    progress(`${to * PATIENTS} observations are loaded`);
    loaded.push({
      ours: await load(ours, { from, to }, records),
      others: await load(others, { from, to }, records),
    });
    from = to;
    const all = `${(to * PATIENTS).toLocaleString('en-US')} observations`;
    notePeaks(`${all}: loaded`);
    progress(`${to * PATIENTS} observations: rounds`);
    const found = await compare([ours, others], to, quick ? QUICK_ROUNDS : ROUNDS);
    notePeaks(`${all}: read, searched, created`);
    compared.push(...found);
    for (const line of ['', ...textTable(comparedRows(found))]) out(line);
  }
  for (const rows of [loadedRows(loaded), peakRows(peaks)])
    for (const line of ['', ...textTable(rows)]) out(line);
  if (!quick) writePage({ folder, loadBefore, compared, loaded, peaks });
  const missed = missedBy(peaks);
  if (missed !== undefined) throw new BenchError('BUDGET_MISSED', missed);
}

function writePage({
  folder,
  loadBefore,
  ...found
}: Pick<FhirReport, 'compared' | 'loaded' | 'peaks'> & {
  readonly folder: string;
  readonly loadBefore: string;
}): void {
  const facts = {
    date: new Date().toISOString().slice(0, 10),
    machine: machineFacts(folder),
    load: [loadBefore, loadAverage()] as const,
  };
  const path = join(WORKSPACE, 'docs', 'fhir-speed.md');
  const [, hapiVersion = ''] =
    /<hapi.version>(.*)<\/hapi.version>/.exec(readFileSync(HAPI_POM, 'utf8')) ?? [];
  writeFileSync(path, fhirSpeedPage({ ...facts, ...found, hapi: hapiVersion }));
  progress(`wrote ${path}`);
}
