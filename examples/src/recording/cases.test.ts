import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import type { RecordingErrorCode } from './problem.js';
import { readRecording } from './read-recording.js';
import type { RecordingOptions } from './recording.js';

const path = (name: string): string =>
  fileURLToPath(new URL(`../../testing/recordings/${name}.csv`, import.meta.url));

/** Each reading as `subject time value`, without what all of them share. */
async function read(name: string, options: RecordingOptions = {}): Promise<string[]> {
  const { subjects } = await readRecording(path(name), options);
  return [...subjects.values()]
    .flat()
    .flatMap(({ subject, readings }) =>
      readings.map(
        ({ t, value, comparator = '' }) => `${subject} ${t.replace(':00.000Z', 'Z')} ${comparator}${value}`,
      ),
    );
}

describe('is refused, with line and column and what to do', () => {
  test.each<[name: string, code: RecordingErrorCode, where: [line: number, column: string], advice: string]>([
    ['01-day-month-order', 'DATE_ORDER_UNSAID', [2, 'time'], '--date-order day-month'],
    ['01b-day-month-order-mixed', 'DATE_ORDER_UNSAID', [2, 'time'], '--date-order day-month'],
    ['02-dst-fall-back', 'TIME_ZONE_UNSAID', [2, 'time'], '--timezone America/New_York'],
    ['03-id-column', 'COLUMN_MISSING', [1, 'subject'], 'there are `id`, `time`, `glucose_mg_dl`'],
    ['04-mmol-values', 'UNIT_DOUBTFUL', [2, 'glucose_mg_dl'], 'mmol/L? Say which: --unit mmol/L'],
    ['06-feb-30', 'TIME_INVALID', [3, 'time'], 'no day 29 in month 2 of 2023'],
    ['10-empty', 'EMPTY', [1, '1'], 'no readings'],
    ['10b-header-only', 'EMPTY', [1, 'glucose_mg_dl'], 'no readings'],
    ['11-ragged', 'ROW_SHORT', [3, 'glucose_mg_dl'], '2 cells, the header 3'],
    ['12-preamble', 'PREAMBLE', [1, '1'], 'line 2 only. Delete what is above it'],
    [
      '14-01',
      'VALUE_INVALID',
      [2, 'glucose_mg_dl'],
      '`0x64` is no decimal number. Write it in the decimal system',
    ],
    ['14-02', 'VALUE_INVALID', [2, 'glucose_mg_dl'], 'without an exponent'],
    ['14-05', 'VALUE_INVALID', [2, 'glucose_mg_dl'], 'without an exponent'],
    ['14-11', 'VALUE_INVALID', [2, 'glucose_mg_dl'], 'Write the number alone'],
    ['14-18', 'VALUE_INVALID', [2, 'glucose_mg_dl'], 'digits of another script'],
    ['16-excel-serial', 'TIME_INVALID', [2, 'time'], 'serial number'],
    ['16c-swapped', 'TIME_INVALID', [2, 'time'], '`5` is no time'],
    ['20-subject-empty', 'SUBJECT_EMPTY', [2, 'subject'], 'whose row'],
    ['libreview-mg-dl', 'DATE_ORDER_UNSAID', [3, 'Device Timestamp'], '--date-order'],
    ['clarity', 'TIME_ZONE_UNSAID', [6, 'Timestamp (YYYY-MM-DDThh:mm:ss)'], '--timezone'],
  ])('%s: %s', async (name, code, [line, column], advice) => {
    await expect(readRecording(path(name))).rejects.toMatchObject({
      code,
      place: { file: path(name), line, column },
      message: expect.stringContaining(`${path(name)}, line ${line}, column ${column}: `),
    });
    await expect(readRecording(path(name))).rejects.toThrow(advice);
  });

  test('the plain form with a preamble, read as LibreView', async () => {
    await expect(readRecording(path('12-preamble'), { format: 'libreview' })).rejects.toMatchObject({
      code: 'COLUMN_MISSING',
    });
  });

  test('01b read as months first: there is no month 13', async () => {
    await expect(
      readRecording(path('01b-day-month-order-mixed'), { dateOrder: 'month-day', timezone: 'UTC' }),
    ).rejects.toMatchObject({ code: 'TIME_INVALID', place: { line: 3 } });
  });
});

describe('is read', () => {
  test('01 once the order is said, either way', async () => {
    expect(await read('01-day-month-order', { dateOrder: 'day-month', timezone: 'Europe/Berlin' })).toEqual([
      'a 2019-12-05T15:25Z 110',
      'a 2019-12-06T15:41Z 112',
      'a 2019-12-12T15:56Z 50',
    ]);
    expect(await read('01-day-month-order', { dateOrder: 'month-day', timezone: 'UTC' })).toEqual([
      'a 2019-05-12T16:25Z 110',
      'a 2019-06-12T16:41Z 112',
      'a 2019-12-12T16:56Z 50',
    ]);
  });

  test('02 in its zone: both hours in order, one after the other', async () => {
    expect(await read('02-dst-fall-back', { timezone: 'America/New_York' })).toEqual([
      'a 2019-11-03T05:00Z 110',
      'a 2019-11-03T05:30Z 90',
      'a 2019-11-03T05:55Z 80',
      'a 2019-11-03T06:00Z 64',
      'a 2019-11-03T06:30Z 48',
      'a 2019-11-03T06:55Z 47',
      'a 2019-11-03T07:10Z 62',
    ]);
  });

  test('03 once it is said which column tells people apart', async () => {
    expect(await read('03-id-column', { subjectColumn: 'id' })).toEqual([
      'A 2015-06-06T10:00Z 110',
      'A 2015-06-06T10:05Z 112',
      'B 2015-06-06T10:00Z 45',
      'B 2015-06-06T10:05Z 44',
    ]);
  });

  test('04 once the unit is said: whole mg/dL', async () => {
    const values = (await read('04-mmol-values', { unit: 'mmol/L' })).map((row) => row.split(' ')[2]);
    expect(values).toEqual(['101', '43', '326', '384']);
  });

  test.each<[string, string[]]>([
    ['07-low-text', ['60', '<40', '<40']],
    ['07b-lt40', ['60', '<40']],
    ['08-semicolon', ['100.5']],
    ['08b-comma-decimal', ['100.5']],
    ['09-bom', ['100']],
    ['09b-utf16', ['100']],
    ['10c-blank-lines', ['100']],
    ['11b-trailing-comma', ['100']],
    ['14-08', ['101']],
    ['18-mixed-eol', ['100', '101']],
    ['19-conflicting-duplicate', ['88', '45', '86', '44']],
    ['23-meter-HI-601', ['580', ...Array<string>(12).fill('>600')]],
    ['24-meter-LO-19', ['75', ...Array<string>(6).fill('<20')]],
  ])('%s', async (name, values) => {
    expect((await read(name)).map((row) => row.split(' ')[2])).toEqual(values);
  });

  test('07 of a meter: its own bound', async () => {
    expect(await read('07-low-text', { instrument: 'meter' })).toContain('a 2019-01-01T10:05Z <20');
  });

  test('13: one person whose name has a comma, and a note over two lines', async () => {
    expect(await read('13-quoted')).toEqual(['a, b 2019-01-01T10:00Z 100', 'a, b 2019-01-01T10:05Z 101']);
  });

  test('17 as it was measured', async () => {
    expect((await read('17-1970'))[0]).toBe('a 1970-01-01T00:05Z 45');
  });

  test.each<[string, number, number]>([
    ['27-news2-parameters-seconds-apart', 7, 7],
    ['27b-news2-same-instant', 1, 7],
    ['29-news2-float32-temperature', 1, 7],
    ['29b-news2-38.1', 1, 7],
    ['31-apnoea-zero', 6, 18],
  ])('%s: %d rows, %d readings of one bedside', async (name, rowCount, readingCount) => {
    const recording = await readRecording(path(name));
    expect(recording).toMatchObject({ rowCount, readingCount });
    expect([...recording.subjects.keys()]).toEqual(['bedside']);
  });
});

describe('LibreView', () => {
  test('history, scans and strips, by the account’s order of day and month', async () => {
    expect(await read('libreview-mg-dl', { dateOrder: 'day-month', timezone: 'Europe/Paris' })).toEqual([
      'patient 2019-12-05T15:25Z 110',
      'patient 2019-12-05T15:40Z 62',
      'patient 2019-12-05T15:41Z <40',
      'patient 2019-12-05T15:45Z 71',
    ]);
  });

  test('in mmol/L, by a clock of twelve hours', async () => {
    expect(await read('libreview-mmol-l-12h', { dateOrder: 'month-day', timezone: 'UTC' })).toEqual([
      'patient 2019-12-05T00:05Z 43',
      'patient 2019-12-05T16:25Z 384',
    ]);
  });

  test('in German', async () => {
    expect(await read('libreview-german', { dateOrder: 'day-month', timezone: 'UTC', subject: 'p' })).toEqual(
      ['p 2019-12-05T16:25Z 101', 'p 2019-12-05T16:40Z 43'],
    );
  });
});

test('Clarity: what the sensor measured, words for the ends of its range, the hour twice', async () => {
  expect(await read('clarity', { timezone: 'America/New_York' })).toEqual([
    'patient 2019-11-03T04:57:10.000Z 72',
    'patient 2019-11-03T05:57:10.000Z 60',
    'patient 2019-11-03T06:02:10.000Z <40',
    'patient 2019-11-03T06:07:10.000Z >400',
  ]);
});
