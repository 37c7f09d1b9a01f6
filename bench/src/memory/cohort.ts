import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SAMPLE_FILE } from '@careledger/examples';
import { VERY_LOW } from '../readings.js';

/** Each has so many readings: six hours of a glucose monitor. */
const READINGS_EACH = 72;
/** One in so many has what the sample's emergencies are. */
const EMERGENCY_EVERY = 10;
const HEAD = 'subject,time,glucose_mg_dl';

/** Writes a recording of so many people, made of the first hours of the sample, for `npm run demo -- --data`. Returns its path. */
export function writeCohort(folder: string, patients: number): string {
  const [, ...rows] = readFileSync(SAMPLE_FILE, 'utf8').trimEnd().split(/\r?\n/);
  const readings = rows.slice(0, READINGS_EACH).map((row) => row.split(','));
  const lines = Array.from({ length: patients }, (_, n) =>
    readings.map(([, time, value], index) => {
      const isLow = n % EMERGENCY_EVERY === 0 && index === READINGS_EACH - 1;
      return `p${n + 1},${time},${isLow ? VERY_LOW : value}`;
    }),
  ).flat();
  const path = join(folder, 'cohort.csv');
  writeFileSync(path, `${[HEAD, ...lines].join('\n')}\n`);
  return path;
}
