import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WORKSPACE } from '../run/folder.js';
import type { Measure } from '../run/measure.js';
import type { Result } from '../run/verdict.js';
import { GRAPHS_FOLDER } from './graphs.js';
import { loadAverage, machineFacts } from './machine.js';
import { performanceDoc } from './performance-doc.js';

const DOCS = join(WORKSPACE, 'docs');
export const PERFORMANCE_PAGE = join(DOCS, 'performance.md');

/** A full run, as far as it has come. */
export interface Progress {
  /** Of the measures that are through, in their order. */
  readonly results: readonly Result[];
  /** All that are to run. */
  readonly measures: readonly Measure[];
  /** Load average at its beginning. */
  readonly loadBefore: string;
}

/**
 * Writes docs/performance.md. It is written again after each measure: of a run that is stopped it has what was measured, and
 * names what was not.
 */
export function writePerformancePage(folder: string, { results, measures, loadBefore }: Progress): void {
  const rest = measures
    .slice(results.length)
    .map((measure): Result => ({ measure, skipped: 'the run was stopped before it' }));
  const page = performanceDoc({
    date: new Date().toISOString().slice(0, 10),
    machine: machineFacts(folder),
    load: [loadBefore, loadAverage()],
    results: [...results, ...rest],
    isDrawn: (name) => existsSync(join(DOCS, GRAPHS_FOLDER, `${name}.svg`)),
  });
  writeFileSync(PERFORMANCE_PAGE, page);
}
