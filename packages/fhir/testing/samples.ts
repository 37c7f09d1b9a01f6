import { scoreNews2, summarise, type WindowReading } from '@careledger/clinical';
import type { ClinicalContent } from '../src/clinical.js';
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
    ...[50, 60, 100, 200, 300].map((value, n) => reading(MONITOR, '2339-0', n, value)),
    ...[70, 72].map((value, n) => reading(MONITOR, '8867-4', n, value)),
    ...[70, 74].map((value, n) => reading(OXIMETER, '8867-4', n, value)),
  ]),
};

const alarm = {
  ...({ type: 'physiological', priority: 'high', isUnconfirmed: false, isLate: false } as const),
  ...{ marks: [], endReason: null },
};

export const emergency: EmergencyContent = {
  ...source,
  ...alarm,
  episodeId: `${PATIENT}/glucose-very-low/${H8}`,
  rule: 'glucose-very-low',
  start: H8,
  raisedAt: H8,
  end: null,
  evidence: [{ rowId: 1, t: H8, code: '2339-0', value: 47, deviceId: MONITOR }],
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
