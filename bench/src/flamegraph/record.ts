import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { BenchError } from '../errors.js';
import type { BenchContext, Measure } from '../run/measure.js';
import { TURNS, type Turns } from '../run/rounds.js';
import { PROFILES_VARIABLE, ThreadProfiler, type StoredProfile } from './profiler.js';
import { stacksOf, type Stack } from './stacks.js';

const PRELOAD = new URL('preload.js', import.meta.url).href;

/**
 * Runs a measure with every thread of every Node process that it starts under Node's profiler, this one included, and returns
 * what they did in the counted rounds of its first side: that is the path that the measure is of.
 * @throws BenchError `MEASURE_INVALID` if it ran no rounds or nothing ran in them; and whatever the measure throws
 */
export async function recordStacks(measure: Measure, context: BenchContext): Promise<Stack> {
  const folder = join(context.folder, 'profiles');
  mkdirSync(folder);
  const turns: Turns[] = [];
  const listen = (message: unknown): void => void turns.push(message as Turns);
  const { NODE_OPTIONS: options = '' } = process.env;
  process.env['NODE_OPTIONS'] = `${options} --import ${PRELOAD}`.trim();
  process.env[PROFILES_VARIABLE] = folder;
  TURNS.subscribe(listen);
  const profiler = new ThreadProfiler();
  let own: StoredProfile;
  try {
    await measure.run(context);
  } finally {
    own = profiler.stop();
    TURNS.unsubscribe(listen);
    Reflect.deleteProperty(process.env, PROFILES_VARIABLE);
    if (options === '') Reflect.deleteProperty(process.env, 'NODE_OPTIONS');
    else process.env['NODE_OPTIONS'] = options;
  }
  const windows = turns[0]?.[0] ?? [];
  const stacks = stacksOf([own, ...profilesIn(folder)], windows);
  if (stacks.total === 0) throw new BenchError('MEASURE_INVALID', 'Nothing ran in counted rounds');
  return stacks;
}

const profilesIn = (folder: string): StoredProfile[] =>
  readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as StoredProfile);
