import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { RecordingErrorCode } from './problem.js';
import { readRecording } from './read-recording.js';
import type { RecordingOptions } from './recording.js';

/** Variants of the cases of `cases.test.ts`, under their numbers; what is right was worked out by hand. */

const folder = mkdtempSync(join(tmpdir(), 'careledger-variants-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;

type Content = string | Uint8Array;

/** Each reading as `subject time value`, with the code where there are several, and without what all of them share. */
async function read(content: Content, options: RecordingOptions = {}): Promise<string[]> {
  const path = join(folder, `${files++}.csv`);
  writeFileSync(path, content);
  const { subjects, codes } = await readRecording(path, options);
  return [...subjects.values()].flat().flatMap(({ subject, readings }) =>
    readings.map(({ t, code, value, comparator = '' }) => {
      const at = t.slice(0, 16);
      return [subject, at, ...(codes.length > 1 ? [code] : []), `${comparator}${value}`].join(' ');
    }),
  );
}

/** Rows of person `a`, 5 min apart from 10:00. */
const values = (cells: readonly (number | string)[], column = 'glucose_mg_dl'): string =>
  `subject,time,${column}\n${cells
    .map((cell, n) => `a,2019-01-01T10:${String(n * 5).padStart(2, '0')}:00Z,"${cell}"\n`)
    .join('')}`;
const times = (cells: readonly string[]): string =>
  `subject,time,glucose_mg_dl\n${cells.map((cell, n) => `a,"${cell}",${100 + n}\n`).join('')}`;
const ROW = 'a,2019-01-01T10:00:00Z,100';
const HEADER = 'subject,time,glucose_mg_dl';
const ONE = `${HEADER}\n${ROW}\n`;
const READ_ONE = ['a 2019-01-01T10:00 100'];

const BERLIN = { dateOrder: 'day-month', timezone: 'Europe/Berlin' } as const;
const LIBRE =
  'Device,Serial Number,Device Timestamp,Record Type,Historic Glucose mg/dL,Scan Glucose mg/dL,Strip Glucose mg/dL\n';
const CLARITY =
  'Index,Timestamp (YYYY-MM-DDThh:mm:ss),Event Type,Source Device ID,Glucose Value (mg/dL)\n1,,FirstName,,\n2,,Alert,iOS,55\n';

describe('is read', () => {
  test.each<[name: string, content: Content, options: RecordingOptions, readings: readonly string[]]>([
    ['01 with dots', times(['05.12.2019 16:25']), BERLIN, ['a 2019-12-05T15:25 100']],
    [
      '01 months first, of twelve hours',
      times(['12/5/2019 4:25 PM']),
      { ...BERLIN, dateOrder: 'month-day' },
      ['a 2019-12-05T15:25 100'],
    ],
    [
      '01 with its distance from UTC',
      times(['05/12/2019 16:25:30-05:00']),
      { dateOrder: 'day-month' },
      ['a 2019-12-05T21:25 100'],
    ],
    [
      '02 in Berlin',
      times([
        '2023-10-29T02:00:00',
        '2023-10-29T02:55:00',
        '2023-10-29T02:00:00',
        '2023-10-29T02:55:00',
        '2023-10-29T03:05:00',
      ]),
      BERLIN,
      [
        'a 2023-10-29T00:00 100',
        'a 2023-10-29T00:55 101',
        'a 2023-10-29T01:00 102',
        'a 2023-10-29T01:55 103',
        'a 2023-10-29T02:05 104',
      ],
    ],
    [
      '02 where clocks go back half an hour',
      times(['2023-04-02 01:40', '2023-04-02 01:55', '2023-04-02 01:35', '2023-04-02 02:05']),
      { timezone: 'Australia/Lord_Howe' },
      [
        'a 2023-04-01T14:40 100',
        'a 2023-04-01T14:55 101',
        'a 2023-04-01T15:05 102',
        'a 2023-04-01T15:35 103',
      ],
    ],
    [
      '02 of two people in turn',
      `${HEADER}\n${['01:00', '01:30', '01:00', '01:30'].map((at, n) => `a,2019-11-03 ${at},${n}00\nb,2019-11-03 ${at},${n}01\n`).join('')}`,
      { timezone: 'America/New_York' },
      [
        'a 2019-11-03T05:00 0',
        'a 2019-11-03T05:30 100',
        'a 2019-11-03T06:00 200',
        'a 2019-11-03T06:30 300',
        'b 2019-11-03T05:00 1',
        'b 2019-11-03T05:30 101',
        'b 2019-11-03T06:00 201',
        'b 2019-11-03T06:30 301',
      ],
    ],
    [
      '03 another name, once it is said',
      `MRN,time,glucose_mg_dl\nX1,2019-01-01T10:00:00Z,45\nX2,2019-01-01T10:00:00Z,110\n`,
      { subjectColumn: 'mrn' },
      ['X1 2019-01-01T10:00 45', 'X2 2019-01-01T10:00 110'],
    ],
    ['03 counted rows of people with names', `,subject,time,glucose_mg_dl\n0,${ROW}\n`, {}, READ_ONE],
    [
      '03 counted rows of one person, once that is said',
      ',time,hr_bpm\n0,2019-01-01T10:00:00Z,60\n',
      { subject: 'b' },
      ['b 2019-01-01T10:00 60'],
    ],
    [
      '04 thresholds in mmol/L',
      values([2.9, 3.0, 13.8, 13.9]),
      { unit: 'mmol/L' },
      ['a 2019-01-01T10:00 52', 'a 2019-01-01T10:05 54', 'a 2019-01-01T10:10 249', 'a 2019-01-01T10:15 250'],
    ],
    [
      '04 bounds in mmol/L',
      values(['<2.2', '>22.2']),
      { unit: 'mmol/L' },
      ['a 2019-01-01T10:00 <40', 'a 2019-01-01T10:05 >400'],
    ],
    [
      '06 29 February of a year that has one',
      times(['2000-02-29T10:00:00Z']),
      {},
      ['a 2000-02-29T10:00 100'],
    ],
    ['07 in German', values(['Niedrig', 'HOCH']), {}, ['a 2019-01-01T10:00 <40', 'a 2019-01-01T10:05 >400']],
    [
      '07 bounds of other instruments',
      values(['< 70', '>500']),
      {},
      ['a 2019-01-01T10:00 <70', 'a 2019-01-01T10:05 >500'],
    ],
    [
      '07 in a column of blood: a meter’s bounds',
      values(['LO', 'HI', 90], 'blood_glucose_mg_dl'),
      {},
      ['a 2019-01-01T10:00 <20', 'a 2019-01-01T10:05 >600', 'a 2019-01-01T10:10 90'],
    ],
    [
      '07 in mmol/L',
      values(['LO', 4.2], 'glucose_mmol_l'),
      {},
      ['a 2019-01-01T10:00 <40', 'a 2019-01-01T10:05 76'],
    ],
    [
      '08 with days, dots and commas',
      'subject;time;glucose_mg_dl\na;05.12.2019 16:25;53,9\n',
      BERLIN,
      ['a 2019-12-05T15:25 53.9'],
    ],
    [
      '08 tabs and commas',
      'subject\ttime\tglucose_mg_dl\na\t2019-01-01T10:00:00Z\t100,5\n',
      {},
      ['a 2019-01-01T10:00 100.5'],
    ],
    [
      '08 more decimals than thousands have',
      'time;temperature_cel\n2024-01-01T10:00:00Z;38,0999985\n',
      {},
      ['bedside 2024-01-01T10:00 38.0999985'],
    ],
    ['09 a mark twice', `\ufeff\ufeff${ONE}`, {}, READ_ONE],
    [
      '09 a mark, quotes and semicolons',
      '\ufeff"subject";"time";"glucose_mg_dl"\r\n"a";"2019-01-01T10:00:00Z";"100"\r\n',
      {},
      READ_ONE,
    ],
    ['09 UTF-16 with tabs', Buffer.from(`\ufeff${ONE.replaceAll(',', '\t')}`, 'utf16le'), {}, READ_ONE],
    ['10 blank lines above the header', `\n \n${ONE}\n,,\n`, {}, READ_ONE],
    ['11 more separators than one', `${HEADER}\n${ROW},,,\n`, {}, READ_ONE],
    [
      '13 quotes in a name',
      `${HEADER}\n"O'Neil ""Jo""",2019-01-01T10:00:00Z,100\n`,
      {},
      [`O'Neil "Jo" 2019-01-01T10:00 100`],
    ],
    [
      '13 semicolons and lines of Windows in quotes',
      `subject;time;glucose_mg_dl;notes\r\n"a; b";2019-01-01T10:00:00Z;100;"x\r\ny"\r\n`,
      {},
      ['a; b 2019-01-01T10:00 100'],
    ],
    ['14 words for nothing', values(['N/A', 'none', '--', '', 101]), {}, ['a 2019-01-01T10:20 101']],
    ['17 the first second that there is', times(['1970-01-01T00:00:00Z']), {}, ['a 1970-01-01T00:00 100']],
    [
      '18 three kinds of line ends, none at the end',
      `${HEADER}\r\n${ROW}\r${ROW.replace('10:00', '10:05')}\n${ROW.replace('10:00', '10:10')}`,
      {},
      ['a 2019-01-01T10:00 100', 'a 2019-01-01T10:05 100', 'a 2019-01-01T10:10 100'],
    ],
    [
      '19 in two spellings of one instant',
      `${HEADER}\na,2019-01-01T10:00:00Z,88\na,2019-01-01T11:00:00+01:00,45\n`,
      {},
      ['a 2019-01-01T10:00 88', 'a 2019-01-01T10:00 45'],
    ],
    [
      '23, 24 ends of a meter’s range',
      values([600, 601, 1500, 20, 19, 13], 'blood_glucose_mg_dl'),
      {},
      ['600', '>600', '>600', '20', '<20', '<20'].map(
        (value, n) => `a 2019-01-01T10:${String(n * 5).padStart(2, '0')} ${value}`,
      ),
    ],
    [
      '23, 24 in mmol/L',
      values([33.3, 33.4, 1.0], 'blood_glucose_mmol_l'),
      {},
      ['a 2019-01-01T10:00 600', 'a 2019-01-01T10:05 >600', 'a 2019-01-01T10:10 <20'],
    ],
    [
      '23 no glucose at all stays as it is',
      values([1501, 12, 0], 'blood_glucose_mg_dl'),
      {},
      ['a 2019-01-01T10:00 1501', 'a 2019-01-01T10:05 12', 'a 2019-01-01T10:10 0'],
    ],
  ])('%s', async (_name, content, options, readings) => {
    expect(await read(content, options)).toEqual(readings);
  });
});

describe('12 LibreView', () => {
  test.each<[name: string, content: string, readings: readonly string[]]>([
    [
      'without its preamble, a strip with a meter’s bound',
      `${LIBRE}F,A,05-12-2019 16:25,0,110,,\nF,A,05-12-2019 16:26,1,,LO,\nF,A,05-12-2019 16:27,2,,,HI\n`,
      ['99504-3 110', '99504-3 <40', '2339-0 >600'],
    ],
    [
      'with two lines above, and spaces left out',
      `Report\nName,\n${LIBRE.replaceAll(' mg/dL', '(mg/dL)')}F,A,05-12-2019 16:25,0,110,,\n`,
      ['110'],
    ],
    [
      'in Spanish',
      'Informe del paciente,Generado el,05-12-2019 18:00 UTC\nPaciente,\nDispositivo,Número de serial,Sello de tiempo del dispositivo,Tipo de registro,Historial de glucosa mg/dL,Escaneo de glucosa mg/dL,Tira reactiva para glucosa mg/dL\nFreeStyle,A,05-12-2019 16:25,0,110,,\nFreeStyle,A,05-12-2019 16:26,2,,,45\n',
      ['99504-3 110', '2339-0 45'],
    ],
    [
      'in French',
      'Données,Généré le,05-12-2019 18:00 UTC\nAppareil,Numéro de série,Horodatage de l’appareil,Type d’enregistrement,Historique de la glycémie mg/dL,Numérisation de la glycémie mg/dL\nFreeStyle,A,05-12-2019 16:25,0,53,\n',
      ['53'],
    ],
  ])('%s', async (_name, content, readings) => {
    expect((await read(content, BERLIN)).map((reading) => reading.split(' ').slice(2).join(' '))).toEqual(
      readings,
    );
  });
});

test('12 Clarity in mmol/L, with semicolons and commas', async () => {
  const header = CLARITY.replace('mg/dL', 'mmol/L').replaceAll(',', ';');
  expect(await read(`${header}3;2019-12-05T10:00:00;EGV;iOS;2,9\n`, BERLIN)).toEqual([
    'patient 2019-12-05T09:00 52',
  ]);
});

describe('is refused', () => {
  test.each<
    [name: string, content: Content, options: RecordingOptions, code: RecordingErrorCode, line: number]
  >([
    [
      '01 one day above 12 under the other order',
      times(['05/12/2019 10:00', '13/12/2019 10:00']),
      { ...BERLIN, dateOrder: 'month-day' },
      'TIME_INVALID',
      3,
    ],
    ['01 the order of the year first is no way out', times(['2019-13-12 10:00']), BERLIN, 'TIME_INVALID', 2],
    ['01 years of two digits', times(['05/12/19 10:00']), BERLIN, 'TIME_INVALID', 2],
    [
      '02 a time twice in a row in the hour that occurs twice',
      times(['2019-11-03 01:00', '2019-11-03 01:00']),
      { timezone: 'America/New_York' },
      'TIME_AMBIGUOUS',
      3,
    ],
    [
      '02 zones by letters',
      times(['2019-11-03T01:00:00 EST']),
      { timezone: 'America/New_York' },
      'TIME_INVALID',
      2,
    ],
    ['02 an hour that did not occur', times(['2023-03-26 02:30']), BERLIN, 'TIME_SKIPPED', 2],
    [
      '03 a column without a name that may tell people apart',
      ',time,glucose_mg_dl\nA,2019-01-01T10:00:00Z,110\nB,2019-01-01T10:00:00Z,45\n',
      {},
      'COLUMN_MISSING',
      1,
    ],
    ['03 such a column between others', 'time,,hr_bpm\n2019-01-01T10:00:00Z,A,60\n', {}, 'COLUMN_MISSING', 1],
    ['03 a bed of several', 'bed,time,hr_bpm\n1,2019-01-01T10:00:00Z,60\n', {}, 'COLUMN_MISSING', 1],
    ['04 whole numbers', values([5, 6, 7]), {}, 'UNIT_DOUBTFUL', 2],
    ['04 with commas', values(['5,6', '3,0', '11,8']), {}, 'UNIT_DOUBTFUL', 2],
    ['04 bounds alone', values(['<2.2', '>22.2']), {}, 'UNIT_DOUBTFUL', 2],
    ['04 one among others', values([100, 5.5, 98]), {}, 'UNIT_DOUBTFUL', 2],
    ['06 29 February of 2100', times(['2100-02-29T10:00:00Z']), {}, 'TIME_INVALID', 2],
    ['06 31 April, days first', times(['31/04/2019 10:00']), BERLIN, 'TIME_INVALID', 2],
    ['06 24:00', times(['2019-04-30T24:00:00Z']), {}, 'TIME_INVALID', 2],
    ['07 a bound that is within the range', values([60, '≤39']), {}, 'VALUE_INVALID', 3],
    ['07 a bound with its unit', values([60, '<40 mg/dL']), {}, 'VALUE_INVALID', 3],
    ['08 a decimal comma that separates cells', `${HEADER}\n${ROW},5\n`, {}, 'ROW_LONG', 2],
    [
      '08 two decimal marks',
      'subject;time;glucose_mg_dl\na;2019-01-01T10:00:00Z;100,5\na;2019-01-01T10:05:00Z;53.9\n',
      {},
      'VALUE_AMBIGUOUS',
      3,
    ],
    [
      '09 half a character of UTF-16',
      Buffer.concat([Buffer.from(`\ufeff${ONE}`, 'utf16le'), Buffer.from('a')]),
      {},
      'ENCODING_UNKNOWN',
      3,
    ],
    ['10 a mark alone', '\ufeff', {}, 'EMPTY', 1],
    ['10 rows of nothing', `${HEADER}\n,,\n"","",""\n`, {}, 'EMPTY', 1],
    ['10 words for nothing alone', values(['NULL', '-']), {}, 'EMPTY', 3],
    ['10 no header', `${ROW}\n`, {}, 'COLUMN_MISSING', 1],
    ['11 a footer', `${ONE}Total: 1 row\n`, {}, 'ROW_SHORT', 3],
    ['11 a footer as wide as the rows', `${ONE}End of report,,\n`, {}, 'TIME_INVALID', 3],
    ['11 the header again', `${ONE}${ONE}`, {}, 'TIME_INVALID', 3],
    ['12 a comment', `# exported by a program\n${ONE}`, {}, 'PREAMBLE', 1],
    ['12 a preamble with other separators', `Report;2019\n${ONE}`, {}, 'PREAMBLE', 1],
    ['13 a quote that does not end', `${HEADER},notes\n${ROW},"x\n${ROW},\n`, {}, 'ROW_MALFORMED', 3],
    ['14 an exponent with its sign', values(['1e+2']), {}, 'VALUE_INVALID', 2],
    ['14 Devanagari digits', values(['१००']), {}, 'VALUE_INVALID', 2],
    ['14 a spreadsheet’s error', values(['#VALUE!']), {}, 'VALUE_INVALID', 2],
    ['14 mmol/L in the cell', values(['5.6 mmol/L']), {}, 'VALUE_INVALID', 2],
    ['16 a serial with a comma', times(['43831,5']), {}, 'TIME_INVALID', 2],
    ['16 seconds since 1970', times(['1546336800']), {}, 'TIME_INVALID', 2],
    ['16 value and time swapped', `${HEADER}\na,100,2019-01-01T10:00:00Z\n`, {}, 'TIME_INVALID', 2],
    ['16 subject and value swapped', `${HEADER}\n100,2019-01-01T10:00:00Z,a\n`, {}, 'VALUE_INVALID', 2],
    ['17 before 1970 by the zone', times(['1970-01-01T00:30:00']), BERLIN, 'TIME_INVALID', 2],
    ['17 the zero of spreadsheets', times(['1899-12-30T00:30:00Z']), {}, 'TIME_INVALID', 2],
    ['20 one that nobody sees', `${HEADER}\n\u200b,2019-01-01T10:00:00Z,100\n`, {}, 'SUBJECT_EMPTY', 2],
    [
      '20 further down, in a column that was said',
      'id,time,glucose_mg_dl\nb,2019-01-01T10:00:00Z,88\n ,2019-01-01T10:00:00Z,45\n',
      { subjectColumn: 'id' },
      'SUBJECT_EMPTY',
      3,
    ],
    ...['unknown', 'undefined', '?', '#N/A'].map(
      (name): [string, string, RecordingOptions, RecordingErrorCode, number] => [
        `20 ${name}`,
        `${HEADER}\n${name},2019-01-01T10:00:00Z,100\n`,
        {},
        'SUBJECT_EMPTY',
        2,
      ],
    ),
    [
      '12 LibreView: a clock that was lost',
      `${LIBRE}F,A,01-01-0001 00:00,0,110,,\n`,
      BERLIN,
      'TIME_INVALID',
      2,
    ],
    ['12 LibreView without a glucose value', `${LIBRE}F,A,05-12-2019 16:25,6,,,\n`, BERLIN, 'EMPTY', 2],
    ['12 Clarity without an event of the sensor', CLARITY, BERLIN, 'EMPTY', 3],
    ['12 Clarity without a zone', `${CLARITY}3,2019-12-05T10:00:00,EGV,iOS,110\n`, {}, 'TIME_ZONE_UNSAID', 4],
  ])('%s', async (...[, content, options, code, line]) => {
    await expect(read(content, options)).rejects.toMatchObject({ code, place: { line } });
  });
});
