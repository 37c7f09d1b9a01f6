import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { EXIT_FAILED, EXIT_OK, EXIT_USAGE, endOnSignals, out, progress } from '../command-line.js';
import { BenchError, isNotHere } from '../errors.js';
import { loadAverage, machineFacts } from '../report/machine.js';
import { textTable } from '../report/table.js';
import { WORKSPACE, runFolder } from '../run/folder.js';
import type { BenchContext } from '../run/measure.js';
import { measuredConstants } from './country/constants.js';
import { countrySection } from './country/section.js';
import type { Experiment } from './experiment.js';
import { EXPERIMENTS, selectExperiments } from './index.js';
import { csvOf } from './report/csv.js';
import { svgOf } from './report/chart.js';
import { FIGURES_FOLDER, experimentsPage, tableOf, type Finding } from './report/page.js';

interface Options {
  readonly quick: boolean;
  readonly out?: string;
}

/** The experiments on the command line. Returns the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const command = new Command('careledger-experiments')
    .description(
      'Measures the paper’s experiments, and those that this architecture adds. All of them, at their full length, write ' +
        'docs/experiments.md with charts and data; others print tables.',
    )
    .argument('[names...]', `experiments to run, of: ${EXPERIMENTS.map(({ name }) => name).join(', ')}`)
    .option('--quick', 'fewer points and runs; leaves docs/experiments.md as it is', false)
    .option('--out <folder>', 'write charts (SVG) and data (CSV) of what is run there')
    .addHelpText(
      'after',
      '\nExit code 0: all were measured; 1: one could not be; 2: wrong use. Those of Fabric are skipped where it is not: put peer, ' +
        'orderer and ccaas_builder on the PATH, or name their folder in FABRIC_BIN.',
    )
    .exitOverride();
  try {
    command.parse([...args], { from: 'user' });
    const experiments = selectExperiments(command.args);
    endOnSignals();
    await run(experiments, command.opts<Options>(), command.args.length === 0);
    return EXIT_OK;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_OK : EXIT_USAGE;
    if (!(error instanceof BenchError)) throw error;
    progress(error.message);
    return error.code === 'UNKNOWN_EXPERIMENT' ? EXIT_USAGE : EXIT_FAILED;
  }
}

async function run(
  experiments: typeof EXPERIMENTS,
  { quick, out: folderOut }: Options,
  areAll: boolean,
): Promise<void> {
  const context = { folder: runFolder(), quick, progress };
  const loadBefore = loadAverage();
  const findings: Finding[] = [];
  for (const experiment of experiments) {
    const finding = await findingOf(experiment, context);
    findings.push(finding);
    if ('skipped' in finding) {
      progress(`SKIPPED ${experiment.name}: ${finding.skipped}`);
      continue;
    }
    for (const figure of finding.figures)
      for (const line of ['', figure.title, ...textTable(tableOf(figure))]) out(line);
  }
  const figures = findings.flatMap((finding) => ('skipped' in finding ? [] : finding.figures));
  const docs = join(WORKSPACE, 'docs');
  const isFull = areAll && !quick;
  const folder = folderOut ?? (isFull ? join(docs, FIGURES_FOLDER) : undefined);
  // Nothing of an earlier run stays there that this one has not found.
  if (isFull && folderOut === undefined) rmSync(join(docs, FIGURES_FOLDER), { recursive: true, force: true });
  if (folder !== undefined) {
    mkdirSync(folder, { recursive: true });
    for (const figure of figures) {
      writeFileSync(join(folder, `${figure.name}.csv`), csvOf(figure));
      writeFileSync(join(folder, `${figure.name}.svg`), svgOf(figure));
    }
    progress(`wrote charts and data into ${folder}`);
  }
  if (!areAll) return;
  const country = countrySection(await measuredConstants(figures, context));
  if (!isFull) {
    for (const line of ['', ...country]) out(line);
    return;
  }
  const path = join(docs, 'experiments.md');
  const date = new Date().toISOString().slice(0, 10);
  const load = [loadBefore, loadAverage()] as const;
  const machine = machineFacts(context.folder);
  writeFileSync(path, experimentsPage({ date, machine, load, findings, country }));
  progress(`wrote ${path}`);
}

/** @throws what the experiment throws, but for what it needs and this machine has not */
async function findingOf(experiment: Experiment, context: BenchContext): Promise<Finding> {
  try {
    return { experiment, figures: await experiment.run(context) };
  } catch (error) {
    if (isNotHere(error)) return { experiment, skipped: error.message };
    throw error;
  }
}
