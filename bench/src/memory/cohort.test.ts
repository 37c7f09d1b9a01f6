import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRecording } from '@careledger/examples';
import { expect, test } from '@jest/globals';
import { writeCohort } from './cohort.js';

test('a cohort is a recording that the demo takes: each of its people has hours of readings', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'careledger-bench-'));
  try {
    const { subjects, readingCount } = await readRecording(writeCohort(folder, 100), {});
    expect([subjects.size, readingCount]).toEqual([100, 7_200]);
    const values = [...subjects.values()]
      .flat()
      .flatMap(({ readings }) => readings.map(({ value }) => value));
    expect(values.filter((value) => value < 54)).toHaveLength(10);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
