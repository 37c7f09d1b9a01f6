import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isNotHere } from '../errors.js';
import type { BenchContext, Measure } from './measure.js';
import type { Result } from './verdict.js';

/** Runs one measure in a folder of its own. What goes wrong is part of the result: the other measures still run. */
export async function runMeasure(measure: Measure, context: BenchContext): Promise<Result> {
  const folder = join(context.folder, measure.name);
  mkdirSync(folder);
  try {
    return { measure, outcome: await measure.run({ ...context, folder }) };
  } catch (error) {
    if (isNotHere(error)) return { measure, skipped: error.message };
    return { measure, error: error instanceof Error ? error : new Error(String(error)) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
