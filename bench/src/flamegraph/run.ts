import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT_FAILED, EXIT_OK, out, progress } from '../command-line.js';
import { isNotHere } from '../errors.js';
import { GRAPHS_FOLDER } from '../report/graphs.js';
import { loadAverage, machineFacts } from '../report/machine.js';
import { textTable } from '../report/table.js';
import { WORKSPACE, runFolder } from '../run/folder.js';
import type { BenchContext, Measure } from '../run/measure.js';
import { flamePage, flameRows, type Flame } from './page.js';
import { recordStacks } from './record.js';
import { flameSvg } from './svg.js';

const DOCS = join(WORKSPACE, 'docs');

/** Where graphs of some measures go: the documents show one run of all. */
const SOME_GRAPHS = join(WORKSPACE, '.careledger', GRAPHS_FOLDER);

/**
 * Draws the graphs of measures. Returns the exit code.
 * @param areAll whether these are all measures: then they replace those in docs/flamegraphs, and docs/flamegraphs.md
 */
export async function runFlamegraphs(measures: readonly Measure[], areAll: boolean): Promise<number> {
  const folder = runFolder();
  const loadBefore = loadAverage();
  const graphs = areAll ? join(DOCS, GRAPHS_FOLDER) : SOME_GRAPHS;
  if (areAll) rmSync(graphs, { recursive: true, force: true });
  mkdirSync(graphs, { recursive: true });
  const flames: Flame[] = [];
  for (const measure of measures.filter(({ isProfiled = true }) => isProfiled)) {
    const flame = await flameOf(measure, { folder, quick: true, progress });
    flames.push(flame);
    if ('error' in flame) progress(`${measure.name}: no graph: ${flame.error.message}`);
    else {
      writeFileSync(join(graphs, `${measure.name}.svg`), flameSvg(measure.name, flame.stacks));
      for (const line of [measure.name, ...textTable(flameRows(flame.stacks)), '']) out(line);
    }
  }
  progress(`wrote graphs into ${graphs}`);
  if (areAll) {
    const path = join(DOCS, `${GRAPHS_FOLDER}.md`);
    const date = new Date().toISOString().slice(0, 10);
    const load = [loadBefore, loadAverage()] as const;
    writeFileSync(path, flamePage({ date, machine: machineFacts(folder), load, flames }));
    progress(`wrote ${path}`);
  }
  return flames.some((flame) => 'error' in flame && !isNotHere(flame.error)) ? EXIT_FAILED : EXIT_OK;
}

async function flameOf(measure: Measure, context: BenchContext): Promise<Flame> {
  const folder = join(context.folder, measure.name);
  mkdirSync(folder);
  try {
    return { measure, stacks: await recordStacks(measure, { ...context, folder }) };
  } catch (error) {
    return { measure, error: error instanceof Error ? error : new Error(String(error)) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
