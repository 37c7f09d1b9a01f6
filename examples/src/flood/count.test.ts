import { expect, test } from '@jest/globals';
import { SAMPLE_FILE } from '../demo/options.js';
import { readRecording } from '../recording/read-recording.js';
import { countFlood } from './count.js';

test('the sample of three people has two very low alarms, and an end of each', async () => {
  const flood = countFlood(await readRecording(SAMPLE_FILE));
  expect(flood).toMatchObject({ patients: 3, alarms: { 'glucose-very-low': 2 }, notices: 4 });
  expect(flood.alarmsPerPatientDay).toBeCloseTo(2 / flood.patientDays);
  expect(flood.patientDays).toBeGreaterThan(4);
  expect(flood.patientDays).toBeLessThan(7);
});

test('a parameter that is better when it is measured again raises nothing, whichever comes first in a row', () => {
  const row = (minute: number, respiration: number) => ({
    subject: 'bedside',
    timeMs: minute * 60_000,
    readings: [
      { t: '', code: '8867-4', value: 70, unit: '/min' },
      { t: '', code: '9279-1', value: respiration, unit: '/min' },
    ],
  });
  const rows = [row(0, 14), row(1, 8), row(2, 13), row(3, 14)];
  const recording = { codes: ['8867-4', '9279-1'], rowCount: 4, readingCount: 8 };
  const calm = countFlood({ ...recording, subjects: new Map([['bedside', rows]]) });
  expect(calm).toMatchObject({ alarms: {}, notices: 0 });
  const bad = [...rows, row(4, 8), row(5, 7)];
  expect(countFlood({ ...recording, subjects: new Map([['bedside', bad]]) }).alarms).toEqual({ news2: 1 });
});

test('what several rules see of one moment is one notice, and an alarm of each', () => {
  const pressure = (minute: number, others: Readonly<Record<string, number>>) => ({
    subject: 'bedside',
    timeMs: minute * 60_000,
    readings: Object.entries({ '8480-6': 190, '8462-4': 125, ...others }).map(([code, value]) => ({
      ...{ t: '', code, value, unit: '' },
    })),
  });
  const bad = { '9279-1': 26, '59408-5': 91, '8867-4': 118 };
  const rows = [pressure(0, {}), pressure(1, bad)];
  const recording = { codes: ['8480-6'], rowCount: 2, readingCount: 7 };
  expect(countFlood({ ...recording, subjects: new Map([['bedside', rows]]) })).toMatchObject({
    alarms: { news2: 1, 'blood-pressure-high': 1 },
    notices: 1,
  });
});
