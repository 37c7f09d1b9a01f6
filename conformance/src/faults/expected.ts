import type { Recording, Walk } from '@careledger/examples';
import { expect } from '@jest/globals';

/** Episodes below 54 mg/dL in the sample that the project ships. */
const SAMPLE_EMERGENCIES = 2;

/** The (person, interval) pairs in which anything was measured: what must become one periodic record each. */
function intervalsOf(recording: Recording, intervalMs: number): number {
  const intervals = new Set<string>();
  for (const [subject, rows] of recording.subjects)
    for (const { timeMs } of rows) intervals.add(`${subject} ${Math.floor(timeMs / intervalMs)}`);
  return intervals.size;
}

/** Nothing lost, nothing doubled: what came of the sample is what an undisturbed walk makes of it. */
export function expectWholeWalk({ failures, summary }: Walk, recording: Recording, intervalMs: number): void {
  const periodic = intervalsOf(recording, intervalMs);
  expect(failures).toEqual([]);
  expect(summary).toMatchObject({
    frames: recording.rowCount,
    readings: recording.readingCount,
    frames_rejected: 0,
    gaps: 0,
    implausible: 0,
    records: { periodic, emergency: SAMPLE_EMERGENCIES, clinical: 1 },
    stored: periodic + SAMPLE_EMERGENCIES + 1,
    announced: periodic + SAMPLE_EMERGENCIES + 1,
    visits: 1,
    verified: { failures: 0 },
  });
}
