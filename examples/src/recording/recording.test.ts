import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { readRecording } from './read-recording.js';
import { shiftIntoPast } from './shift.js';

const folder = mkdtempSync(join(tmpdir(), 'careledger-recording-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (text: string): string => {
  const path = join(folder, `${Math.abs(text.length * 31 + text.charCodeAt(0))}.csv`);
  writeFileSync(path, text);
  return path;
};

describe('a recording', () => {
  test('of glucose: subjects apart, unknown columns ignored, in order of time', async () => {
    const recording = await readRecording(
      file(
        'subject,time,glucose_mg_dl,diagnosis\na,2014-02-03T03:47:12Z,94,x\na,2014-02-03T03:42:12Z,93,x\nb,2014-02-03T03:42:12Z,,x\n',
      ),
    );
    expect([...recording.subjects.keys()]).toEqual(['a']);
    expect(recording.subjects.get('a')?.map((row) => row.readings[0]?.value)).toEqual([93, 94]);
    expect(recording).toMatchObject({ rowCount: 2, readingCount: 2, codes: ['99504-3'] });
  });

  test('of a bedside monitor: empty cells are not measured, zeros are readings', async () => {
    const recording = await readRecording(
      file('time,hr_bpm,spo2_percent,nbp_sys_mmhg\n2896-10-10T00:31:25Z,0,97,\n'),
    );
    expect([...recording.subjects.values()][0]?.[0]?.readings.map((reading) => reading.value)).toEqual([
      0, 97,
    ]);
  });

  test('with a cell that is no number names the line', async () => {
    await expect(readRecording(file('time,hr_bpm\n2014-02-03T03:42:12Z,NaN\n'))).rejects.toMatchObject({
      code: 'VALUE_INVALID',
      message: expect.stringContaining('line 2'),
    });
  });

  test('is moved by whole days to end in the past, less than a day ago', async () => {
    const nowMs = Date.parse('2026-05-05T12:00:00Z');
    const far = await readRecording(file('time,hr_bpm\n2896-10-10T00:31:25Z,60\n2896-10-10T13:31:25Z,61\n'));
    const rows = [...shiftIntoPast(far, nowMs).subjects.values()][0] ?? [];
    expect(rows.map((row) => row.readings[0]?.t)).toEqual([
      '2026-05-04T00:31:25.000Z',
      '2026-05-04T13:31:25.000Z',
    ]);
  });
});
