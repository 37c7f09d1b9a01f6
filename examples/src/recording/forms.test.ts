import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { readRecording } from './read-recording.js';
import type { RecordedReading, RecordingOptions } from './recording.js';

const folder = mkdtempSync(join(tmpdir(), 'careledger-forms-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;

async function read(
  content: string | Uint8Array,
  options: RecordingOptions = {},
): Promise<RecordedReading[]> {
  const path = join(folder, `${files++}.csv`);
  writeFileSync(path, content);
  const { subjects } = await readRecording(path, options);
  return [...subjects.values()].flat().flatMap(({ readings }) => readings);
}
const time = async (cell: string, options: RecordingOptions = {}): Promise<string | undefined> =>
  (await read(`subject,time,glucose_mg_dl\na,"${cell}",100\n`, options))[0]?.t;
const value = async (cell: string, options: RecordingOptions = {}): Promise<(string | number)[]> =>
  (
    await read(
      `subject,time,glucose_mg_dl\na,2019-01-01T10:00:00Z,"${cell}"\na,2019-01-01T10:05:00Z,100\n`,
      options,
    )
  )
    .slice(0, -1)
    .flatMap((reading) => [...(reading.comparator === undefined ? [] : [reading.comparator]), reading.value]);

describe('times', () => {
  test.each([
    ['2019-12-05T16:25:00Z', '2019-12-05T16:25:00.000Z'],
    ['2019-12-05 16:25:07.1234567Z', '2019-12-05T16:25:07.123Z'],
    ['2019-12-05T16:25:00+0530', '2019-12-05T10:55:00.000Z'],
    ['2019/12/5 6:25 UTC', '2019-12-05T06:25:00.000Z'],
    ['2020-02-29T00:00:00-08:00', '2020-02-29T08:00:00.000Z'],
  ])('%s says which instant it is', async (cell, t) => {
    expect(await time(cell)).toBe(t);
  });

  test.each([
    ['05.12.2019 16:25', 'day-month', '2019-12-05T15:25:00.000Z'],
    ['12/05/2019, 12:00 AM', 'month-day', '2019-12-04T23:00:00.000Z'],
    ['12/05/2019 12:30:05 p.m.', 'month-day', '2019-12-05T11:30:05.000Z'],
  ] as const)('%s with %s in Berlin', async (cell, dateOrder, t) => {
    expect(await time(cell, { dateOrder, timezone: 'Europe/Berlin' })).toBe(t);
  });

  test.each([
    ['2019-12-05T24:00:00Z', 'midnight is 00:00 of the next day'],
    ['2016-12-31T23:59:60Z', 'a leap second is written as 59'],
    ['2019-12-05T10:61:00Z', 'minutes go from 0 to 59'],
    ['2019-13-05T10:00:00Z', 'no month 13'],
    ['2019-02-29T10:00:00Z', 'no day 29 in month 2'],
    ['2019-12-05T13:00 PM', '1 to 12'],
    ['05-12-19 10:00', 'two digits'],
    ['2019-12-05', 'without a time of day'],
    ['1575562800', 'seconds or milliseconds since 1970'],
    ['1575562800000', 'seconds or milliseconds since 1970'],
    ['43804.5', 'serial number'],
    ['2019-12-05T10:00:00 CET', 'names its zone by letters'],
    ['2019-12-05T10:00:00+25:00', 'nowhere'],
    ['1969-12-31T23:59:59Z', 'before 1970'],
    ['٢٠١٩-12-05T10:00:00Z', 'digits of another script'],
    ['Thu Dec 05 2019 10:00:00', 'no time that is read'],
    ['Dec 5, 2019 4:25 PM', 'Write it as'],
    ['', 'missing'],
  ])('`%s` is refused: %s', async (cell, problem) => {
    await expect(time(cell, { dateOrder: 'day-month', timezone: 'UTC' })).rejects.toMatchObject({
      code: 'TIME_INVALID',
      message: expect.stringContaining(problem),
    });
  });

  test('an hour that did not occur is refused', async () => {
    await expect(time('2019-03-10 02:30', { timezone: 'America/New_York' })).rejects.toMatchObject({
      code: 'TIME_SKIPPED',
    });
  });

  test('newest first: the hour that occurred twice is told by the order of rows all the same', async () => {
    const times = ['02:10', '01:55', '01:00', '01:55', '00:50'];
    const rows = times.map((at, n) => `a,2019-11-03 ${at},${100 + n}`);
    const readings = await read(`subject,time,glucose_mg_dl\n${rows.join('\n')}\n`, {
      timezone: 'America/New_York',
    });
    expect(readings.map(({ t, value: read }) => [t.slice(11, 16), read])).toEqual([
      ['04:50', 104],
      ['05:55', 103],
      ['06:00', 102],
      ['06:55', 101],
      ['07:10', 100],
    ]);
  });

  test('rows in no order within the hour that occurred twice are refused, not guessed', async () => {
    const rows = ['01:30', '01:10', '01:20', '01:00', '01:40'].map((at) => `a,2019-11-03 ${at},100`);
    await expect(
      read(`subject,time,glucose_mg_dl\n${rows.join('\n')}\n`, { timezone: 'America/New_York' }),
    ).rejects.toMatchObject({ code: 'TIME_AMBIGUOUS' });
  });
});

describe('values', () => {
  test.each([
    ['100,25', [100.25]],
    ['  99 ', [99]],
    ['\u00a098', [98]],
    ['< 40', ['<', 40]],
    ['>400', ['>', 400]],
    ['HI', ['>', 400]],
    ['Hoch', ['>', 400]],
    ['niedrig', ['<', 40]],
    ['Élevé', ['>', 400]],
    ['-0', [0]],
    ['-5', [-5]],
    ['0', [0]],
    ['9', [9]],
    ['1600', [1600]],
    ['---', []],
    ['n/a', []],
    ['null', []],
    ['', []],
  ])('`%s`', async (cell, expected) => {
    expect(await value(cell)).toEqual(expected);
  });

  test.each([
    ['NaN', 'VALUE_INVALID'],
    ['Infinity', 'VALUE_INVALID'],
    ['-Infinity', 'VALUE_INVALID'],
    ['1E2', 'VALUE_INVALID'],
    ['0b11', 'VALUE_INVALID'],
    ['.5', 'VALUE_INVALID'],
    ['100.', 'VALUE_INVALID'],
    ['+100', 'VALUE_INVALID'],
    ['１００', 'VALUE_INVALID'],
    ['<=40', 'VALUE_INVALID'],
    ['≥400', 'VALUE_INVALID'],
    ['1.234,5', 'VALUE_INVALID'],
    ['1 234', 'VALUE_INVALID'],
    ['1’234', 'VALUE_INVALID'],
    ['100 mg/dL', 'VALUE_INVALID'],
    ['error', 'VALUE_INVALID'],
    ['1,234', 'VALUE_AMBIGUOUS'],
    ['9'.repeat(400), 'VALUE_INVALID'],
  ])('`%s` is refused: %s', async (cell, code) => {
    await expect(value(cell)).rejects.toMatchObject({ code, place: { line: 2, column: 'glucose_mg_dl' } });
  });

  test('one decimal mark in a file', async () => {
    await expect(
      read('subject;time;glucose_mg_dl\na;2019-01-01T10:00:00Z;100,5\na;2019-01-01T10:05:00Z;1.234\n'),
    ).rejects.toMatchObject({ code: 'VALUE_AMBIGUOUS', place: { line: 3 } });
  });

  test('words are glucose’s alone', async () => {
    await expect(read('time,hr_bpm\n2019-01-01T10:00:00Z,Low\n')).rejects.toMatchObject({
      code: 'VALUE_INVALID',
    });
  });
});

describe('units', () => {
  const rows = (column: string, ...cells: string[]): string =>
    `subject,time,${column}\n${cells.map((cell, n) => `a,2019-01-01T10:0${n}:00Z,${cell}`).join('\n')}\n`;

  test('the column names mmol/L', async () => {
    expect(
      (await read(rows('glucose_mmol_l', '2.4', '21.3', 'Low'))).map((reading) => reading.value),
    ).toEqual([43, 384, 40]);
  });

  test.each([
    ['glucose_mg_dl', ['5', '6'], 'mmol/L?'],
    ['glucose_mg_dl', ['110', '5.6'], 'mmol/L?'],
    ['glucose_mmol_l', ['5.6', '110'], 'mg/dL?'],
    // As mmol/L all of it were HI, and it is a hypo.
    ['glucose_mmol_l', ['45', '60', '70'], 'mg/dL?'],
    ['temperature_cel', ['98.6', '101.2'], 'Fahrenheit?'],
    ['temperature_cel', ['37.2', '101.3'], 'Fahrenheit?'],
    ['spo2_percent', ['0.97', '0.9'], 'fraction?'],
  ])('%s of %j is doubtful: %s', async (column, cells, hint) => {
    await expect(read(rows(column, ...cells))).rejects.toMatchObject({
      code: 'UNIT_DOUBTFUL',
      message: expect.stringContaining(hint),
    });
  });

  test('HI of a meter in mmol/L is HI, though nothing else was measured', async () => {
    expect((await read(rows('glucose_mmol_l', '33.4', '33.4'))).map((r) => r.comparator)).toEqual(['>', '>']);
  });

  test('one of two people in another unit is found', async () => {
    await expect(
      read('subject,time,glucose_mg_dl\na,2019-01-01T10:00:00Z,110\nb,2019-01-01T10:00:00Z,6\n'),
    ).rejects.toMatchObject({ code: 'UNIT_DOUBTFUL', place: { line: 3 } });
  });

  test('a unit that is said is not doubted', async () => {
    expect((await read(rows('glucose_mg_dl', '25', '30'), { unit: 'mg/dL' })).map((r) => r.value)).toEqual([
      25, 30,
    ]);
  });
});

describe('tables', () => {
  const row = 'a,2019-01-01T10:00:00Z,100';

  test.each([
    ['tabs', 'subject\ttime\tglucose_mg_dl\na\t2019-01-01T10:00:00Z\t100\n'],
    ['bars', 'subject|time|glucose_mg_dl\na|2019-01-01T10:00:00Z|100\n'],
    ['a line for spreadsheets', 'sep=;\nsubject;time;glucose_mg_dl\na;2019-01-01T10:00:00Z;100\n'],
    ['quoted names', '"subject","time","glucose_mg_dl"\n"a","2019-01-01T10:00:00Z","100"\n'],
    ['quoted names and semicolons', '"subject";"time";"glucose_mg_dl"\n"a";"2019-01-01T10:00:00Z";"100"\n'],
    ['names in capitals', ` Subject , TIME ,Glucose_mg_dL\n${row}\n`],
    ['line ends of old Macs', `subject,time,glucose_mg_dl\r${row}\r`],
    ['rows of nothing but separators', `subject,time,glucose_mg_dl\n,,\n${row}\n,,\n`],
    ['an unnamed last column', `subject,time,glucose_mg_dl,\n${row}\n`],
    ['an unnamed first column', `,subject,time,glucose_mg_dl\n0,${row}\n`],
  ])('with %s', async (_name, text) => {
    expect((await read(text)).map((reading) => reading.value)).toEqual([100]);
  });

  test('the separator that was said', async () => {
    const others = 'subject~time~glucose_mg_dl\na~2019-01-01T10:00:00Z~100\n';
    expect(await read(others, { separator: '~' })).toHaveLength(1);
    await expect(read(others)).rejects.toMatchObject({ code: 'COLUMN_MISSING' });
  });

  test.each<[name: string, text: string, code: string, where: [line: number, column: string]]>([
    ['the time twice', `time,subject,time,glucose_mg_dl\n1,${row}\n`, 'COLUMN_DUPLICATE', [1, 'time']],
    [
      'a measurement twice',
      `subject,time,hr_bpm,HR_BPM\na,2019-01-01T10:00:00Z,60,61\n`,
      'COLUMN_DUPLICATE',
      [1, 'hr_bpm'],
    ],
    [
      'glucose in two units',
      `subject,time,glucose_mg_dl,glucose_mmol_l\n`,
      'COLUMN_DUPLICATE',
      [1, 'glucose_mmol_l'],
    ],
    ['no time', 'subject,glucose_mg_dl\na,100\n', 'COLUMN_MISSING', [1, 'time']],
    [
      'no measurement',
      'subject,time,weight\na,2019-01-01T10:00:00Z,80\n',
      'COLUMN_MISSING',
      [1, 'glucose_mg_dl'],
    ],
    [
      'a column that may tell people apart',
      'ward,time,hr_bpm\n1,2019-01-01T10:00:00Z,60\n',
      'COLUMN_MISSING',
      [1, 'subject'],
    ],
    ['a cell too many', `subject,time,glucose_mg_dl\n${row},5\n`, 'ROW_LONG', [2, '4']],
    [
      'a decimal comma in front of a column without a name',
      `subject,time,glucose_mg_dl,\n${row},5\n`,
      'ROW_LONG',
      [2, '4'],
    ],
    ...['NULL', 'n/a', 'NaN', '-'].map((name): [string, string, string, [number, string]] => {
      const text = `subject,time,glucose_mg_dl\n${name},2019-01-01T10:00:00Z,100\n`;
      return [`a subject ${name}`, text, 'SUBJECT_EMPTY', [2, 'subject']];
    }),
    ['a quote that does not end', `subject,time,glucose_mg_dl\n${row}\n"a,b\n`, 'ROW_MALFORMED', [3, '1']],
    [
      'a row after a note of two lines',
      `subject,time,glucose_mg_dl,note\n${row},"x\ny"\nb,no,1,\n`,
      'TIME_INVALID',
      [4, 'time'],
    ],
  ])('with %s is refused: %s', async (_name, text, code, [line, column]) => {
    await expect(read(text)).rejects.toMatchObject({ code, place: { line, column } });
  });
});

test('a person whose name is spelled in two forms of Unicode is one', async () => {
  const path = join(folder, 'normal.csv');
  const names = ['Jos\u00e9', 'Jose\u0301'];
  const rows = names.map((name, n) => `${name},2019-01-01T10:0${n}:00Z,100\n`);
  writeFileSync(path, `subject,time,glucose_mg_dl\n${rows.join('')}`);
  expect((await readRecording(path)).subjects.size).toBe(1);
});

describe('encodings', () => {
  const text = 'subject,time,glucose_mg_dl\nJosé,2019-01-01T10:00:00Z,100\n';

  test.each([
    ['UTF-16 without a mark', Buffer.from(text, 'utf16le')],
    ['UTF-16 of the other order', Buffer.from(`\ufeff${text}`, 'utf16le').swap16()],
  ])('%s is found', async (_name, bytes) => {
    expect(await read(bytes)).toHaveLength(1);
  });

  test('bytes that are no UTF-8 are refused where they stand, and read once the encoding is said', async () => {
    const bytes = Buffer.from(text, 'latin1');
    await expect(read(bytes)).rejects.toMatchObject({
      code: 'ENCODING_UNKNOWN',
      place: { line: 2, column: '4' },
    });
    expect(await read(bytes, { encoding: 'windows-1252' })).toHaveLength(1);
    await expect(read(bytes, { encoding: 'ebcdic' })).rejects.toMatchObject({ code: 'ENCODING_UNKNOWN' });
  });

  test('UTF-32 is refused', async () => {
    await expect(read(Buffer.from([0xff, 0xfe, 0, 0, 0x73, 0, 0, 0]))).rejects.toMatchObject({
      code: 'ENCODING_UNKNOWN',
    });
  });
});
