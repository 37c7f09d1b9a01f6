import { codeEntry, scoreNews2, summarise, type WindowReading } from '@careledger/clinical';
import type { ClinicalContent } from '../src/clinical.js';
import type { DetailContent } from '../src/detail.js';
import type { EmergencyContent } from '../src/emergency.js';
import type { PeriodicContent } from '../src/periodic.js';

export const PATIENT = `pat_${'a'.repeat(32)}`;
const MONITOR = `dev_${'b'.repeat(32)}`;
const OXIMETER = `dev_${'c'.repeat(32)}`;
export const HOUR = 3_600_000;
export const H8 = Date.UTC(2026, 2, 1, 8);

const source = {
  patientId: PATIENT,
  gatewayId: 'gateway-home-1',
  devices: [
    { deviceId: OXIMETER, type: null },
    { deviceId: MONITOR, type: 'continuous glucose monitor' },
  ],
  recordedAtMs: H8 + HOUR + 1_234,
  chain: { height: 12, blockHash: 'h'.repeat(43) },
};

const reading = (deviceId: string, code: string, minute: number, value: number): WindowReading => ({
  deviceId,
  t: H8 + minute * 60_000,
  code,
  value,
  plausible: true,
});

export const periodic: PeriodicContent = {
  ...source,
  windowStart: H8,
  windowEnd: H8 + HOUR,
  summary: summarise([
    ...[50, 60, 100, 200, 300].map((value, n) => reading(MONITOR, '99504-3', n, value)),
    ...[70, 72].map((value, n) => reading(MONITOR, '8867-4', n, value)),
    ...[70, 74].map((value, n) => reading(OXIMETER, '8867-4', n, value)),
  ]),
};

const alarm = {
  ...({ type: 'physiological', priority: 'high', isUnconfirmed: false, isLate: false } as const),
  ...{ marks: [], endReason: null },
};

/** A window with values beyond what the instruments measure. */
export const bounded: PeriodicContent = {
  ...periodic,
  summary: summarise([
    { ...reading(MONITOR, '99504-3', 0, 40), comparator: '<' },
    ...[45, 100, 200].map((value, n) => reading(MONITOR, '99504-3', n + 1, value)),
    { ...reading(MONITOR, '8480-6', 0, 250), comparator: '>' },
    { ...reading(MONITOR, '3151-8', 0, 15), comparator: '>' },
  ]),
};

/** Every code of the table but the one of interstitial glucose in mg/dL, which `periodic` has. */
const EVERYTHING: readonly (readonly [code: string, ...values: number[]])[] = [
  ['2339-0', 90, 104],
  ['15074-8', 5, 5.8],
  ['105272-9', 5.1, 5.9],
  ['8889-8', 71, 72],
  ['76215-3', 118, 121],
  ['76213-8', 71, 74],
  ['76214-6', 88, 90],
  ['8480-6', 117],
  ['9279-1', 14, 15],
  ['59408-5', 96, 97],
  ['8310-5', 36.6, 36.8],
  ['80288-4', 0, 1],
  ['3151-8', 0, 2.5],
];

/** A window of everything that devices may send. */
export const everything: PeriodicContent = {
  ...periodic,
  summary: summarise(
    EVERYTHING.flatMap(([code, ...values]) => values.map((value, n) => reading(MONITOR, code, 5 * n, value))),
  ),
};

/** The single values of everything that devices may send: some beyond what is measured, some that no grid fits. */
export const detail: DetailContent = {
  ...source,
  ...{ windowStart: H8, windowEnd: H8 + HOUR },
  series: [['99504-3', 47, 63.5, 63.5, 120] as const, ...EVERYTHING].map(([code, ...values]) => ({
    ...{ code, unit: codeEntry(code)?.unit ?? '', deviceId: MONITOR },
    readings: values.map((value, n) => ({
      ...{ t: H8 + n * n * 61_234, value },
      ...(n === 1 && { comparator: '>' as const }),
    })),
  })),
};

export const emergency: EmergencyContent = {
  ...source,
  ...alarm,
  episodeId: `${PATIENT}/glucose-very-low/${H8}`,
  rule: 'glucose-very-low',
  start: H8,
  raisedAt: H8,
  end: null,
  evidence: [{ rowId: 1, t: H8, code: '99504-3', value: 47, deviceId: MONITOR }],
  news2: null,
};

export const vitals: EmergencyContent = {
  ...source,
  ...alarm,
  marks: ['at-3-respirationRate'],
  endReason: 'recovered',
  episodeId: `${PATIENT}/news2/${H8}`,
  rule: 'news2',
  start: H8,
  raisedAt: H8,
  end: H8 + HOUR,
  evidence: [
    { rowId: 1, t: H8, code: '9279-1', value: 8, deviceId: OXIMETER },
    { rowId: 2, t: H8, code: '59408-5', value: 97, deviceId: OXIMETER },
  ],
  news2: scoreNews2({ respirationRate: 8, spo2: 97 }, 2),
};

/** Two rules that one measurement of the pressure met: the alarm of high priority came second. */
export const ofOneCause: EmergencyContent = {
  ...source,
  ...alarm,
  priority: 'medium',
  episodeId: `${PATIENT}/blood-pressure-low/${H8}`,
  rule: 'blood-pressure-low',
  start: H8,
  raisedAt: H8,
  end: null,
  evidence: [{ rowId: 3, t: H8, code: '8480-6', value: 88, deviceId: OXIMETER }],
  news2: null,
  others: [
    {
      ...alarm,
      marks: ['at-3-respirationRate', 'at-3-systolic', 'band-high', 'band-medium'],
      episodeId: `${PATIENT}/news2/${H8}`,
      rule: 'news2',
      start: H8,
      raisedAt: H8,
      end: null,
      evidence: [
        { rowId: 2, t: H8, code: '9279-1', value: 26, deviceId: OXIMETER },
        { rowId: 4, t: H8, code: '59408-5', value: 93, deviceId: OXIMETER },
        { rowId: 3, t: H8, code: '8480-6', value: 88, deviceId: OXIMETER },
      ],
      news2: scoreNews2({ respirationRate: 26, spo2: 93, systolic: 88 }, 1),
    },
  ],
};

/** The window that completes a day, with the report of its 14 days. */
export const withReport: PeriodicContent = {
  ...periodic,
  windowStart: H8 + 15 * HOUR,
  windowEnd: H8 + 16 * HOUR,
  report: {
    endMs: H8 + 16 * HOUR,
    report: {
      deviceId: MONITOR,
      timeInRange: {
        below54: 0.0049,
        below70: 0.0312,
        from70to180: 0.7213,
        above180: 0.2475,
        above250: 0.0521,
      },
      meanMgPerDl: 150,
      gmiPercent: 6.898,
      variation: 0.3241,
      daysOfWear: 14,
      active: 0.9612,
    },
  },
};

/** An episode that rests on a reading of each code, in another unit where a device may send one. */
export const evidenceOfEverything: EmergencyContent = {
  ...vitals,
  evidence: [
    ...EVERYTHING.flatMap(([code, value = 0], n) => [{ rowId: n, t: H8, code, value, deviceId: MONITOR }]),
    { rowId: 98, t: H8 + 1, code: '8310-5', value: 101.3, unit: '[degF]', deviceId: MONITOR },
    { rowId: 99, t: H8 + 1, code: '99504-3', value: 40, comparator: '<', deviceId: MONITOR },
  ],
};

export const clinical = {
  patientId: PATIENT,
  author: { authorityId: 'aut_lab', practitionerId: `prc_${'d'.repeat(32)}` },
  documentId: 'AAAAAAAAAAAAAAAAAAAAAA',
  recordedAtMs: H8,
  items: [
    {
      kind: 'lab-result' as const,
      code: '4548-4',
      display: 'Hemoglobin A1c/Hemoglobin.total in Blood',
      value: 6.1,
      unit: '%',
      effectiveMs: H8 - HOUR,
      interpretation: 'H',
    },
    {
      kind: 'note' as const,
      title: 'Visit',
      text: 'Schwindel am Morgen – Kontrolle in 2 Wochen',
      writtenMs: H8,
    },
  ],
} satisfies ClinicalContent;
