import { EXIT_FAILED, EXIT_OK, EXIT_USAGE, endOnSignals, out, progress } from './command-line.js';
import { BenchError } from './errors.js';
import { runFlamegraphs } from './flamegraph/run.js';
import { parseOptions } from './options.js';
import { select } from './registry.js';
import { jsonLine } from './report/json-line.js';
import { loadAverage } from './report/machine.js';
import { shown } from './report/number.js';
import { PERFORMANCE_PAGE, writePerformancePage } from './report/performance-page.js';
import { measureRows } from './report/rows.js';
import { textTable } from './report/table.js';
import { runFolder } from './run/folder.js';
import type { Measure } from './run/measure.js';
import { runMeasure } from './run/run.js';
import { controlFails, isPassed, type Result } from './run/verdict.js';

/** The bench on the command line. Returns the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args, {
    out: (text) => process.stdout.write(text),
    error: (text) => process.stderr.write(text),
  });
  if ('exitCode' in options) return options.exitCode;
  let measures: readonly Measure[];
  try {
    measures = select(options.names);
  } catch (error) {
    if (!(error instanceof BenchError)) throw error;
    progress(error.message);
    return EXIT_USAGE;
  }
  endOnSignals();
  if (options.flamegraphs) return runFlamegraphs(measures, options.names.length === 0);
  const isFull = options.names.length === 0 && !options.quick;
  return run(measures, options.json, options.quick, isFull);
}

async function run(
  measures: readonly Measure[],
  json: boolean,
  quick: boolean,
  isFull: boolean,
): Promise<number> {
  const folder = runFolder();
  const loadBefore = loadAverage();
  const results: Result[] = [];
  for (const measure of measures) {
    const result = await runMeasure(measure, { folder, quick, progress });
    results.push(result);
    report(result, json);
    if (isFull) writePerformancePage(folder, { results, measures, loadBefore });
  }
  if (!json && results.length > 0) for (const line of textTable(measureRows(results))) out(line);
  if (isFull) progress(`wrote ${PERFORMANCE_PAGE}`);
  return results.every(isPassed) ? EXIT_OK : EXIT_FAILED;
}

/** As soon as a measure is through: its line, and for people how its control did. */
function report(result: Result, json: boolean): void {
  const { name, unit } = result.measure;
  if ('error' in result) {
    progress(`${name}: not measured: ${result.error.message}`);
    return;
  }
  if ('skipped' in result) {
    progress(`SKIPPED ${name}: ${result.skipped}`);
    return;
  }
  const { measured, control } = result.outcome;
  if (json) out(jsonLine(name, unit, measured));
  if (control === null) return;
  const verdict = controlFails(result) ? 'fails as it must' : 'DOES NOT FAIL: the measure proves nothing';
  progress(`${name}: control ${shown(control.ratio)} ${verdict}`);
}
