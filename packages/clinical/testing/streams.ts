import { LOINC } from '../src/model/codes.js';
import type { ClinicalOverrides } from '../src/model/config.js';
import type { ClinicalReading, Comparator } from '../src/model/reading.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.UTC(2026, 2, 1, 8);

/** A random stream with the settings under which it is judged. */
export interface RandomStream {
  /** In the order of their rule times. */
  readonly readings: readonly ClinicalReading[];
  readonly overrides: ClinicalOverrides;
}

/** Devices whose clocks are off; offsets as the gateway found them, milliseconds. */
const OFFSETS: Readonly<Record<string, number>> = { dev_behind: 5 * HOUR, dev_ahead: -7 * MINUTE };

interface Sent {
  readonly deviceId: string;
  readonly atMs: number;
  readonly code: string;
  readonly value: number;
  readonly comparator?: Comparator | undefined;
  /** Too far ahead, by so much. */
  readonly aheadMs?: number | undefined;
}

const readingOf = ({ deviceId, atMs, aheadMs = 0, ...rest }: Sent, rowId: number): ClinicalReading => {
  const offsetMs = OFFSETS[deviceId] ?? 0;
  const { code, value, comparator } = rest;
  return {
    ...{ rowId, deviceId, code, value, t: atMs + aheadMs - offsetMs, offsetMs, receivedAt: atMs },
    ...(comparator !== undefined && { comparator }),
  };
};

const pick = <T>(random: () => number, of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;

/**
 * Glucose of a continuous monitor, of the same by another route, of a second sensor in its first day and of a meter in
 * mmol/L, with LO and HI, bounds on the wrong side, bare fractions, zeros, two values of one instant, clocks that are off,
 * a reading ahead now and then, gaps, and a person's own thresholds.
 */
export function glucoseOfAllKinds(random: () => number, count = 160): RandomStream {
  const devices = ['dev_first', 'dev_first', 'dev_route', 'dev_behind', 'dev_ahead', 'dev_meter'];
  const sent: Sent[] = [];
  let atMs = START;
  let level = 40 + random() * 250;
  while (sent.length < count) {
    atMs += random() < 0.03 ? Math.round(HOUR * (0.9 + random())) : 5 * MINUTE;
    level = Math.min(430, Math.max(25, level + (random() - 0.5) * 80));
    const deviceId = pick(random, devices);
    const isMolar = deviceId === 'dev_meter';
    const code = isMolar ? LOINC.glucoseMolar : LOINC.interstitialGlucose;
    const value = isMolar ? Math.round((level / 18.0182) * 10) / 10 : Math.round(level);
    const one: Sent = { deviceId, atMs, code, value };
    const kind = random();
    if (kind < 0.06)
      sent.push({ ...one, value: isMolar ? 1.1 : pick(random, [40, 60, 90]), comparator: '<' });
    else if (kind < 0.1)
      sent.push({ ...one, value: isMolar ? 33.3 : pick(random, [400, 200]), comparator: '>' });
    else if (kind < 0.13) sent.push({ ...one, value: 0 });
    else if (kind < 0.16) sent.push({ ...one, value: 5.4 });
    else if (kind < 0.19) sent.push({ ...one, aheadMs: 11 * MINUTE });
    else if (kind < 0.24) sent.push(one, { ...one, value: isMolar ? 3.4 : 62 });
    else if (kind < 0.3) sent.push({ ...one, deviceId: 'dev_first' }, { ...one, deviceId: 'dev_route' });
    else sent.push(one);
  }
  const readings = sent.map(readingOf);
  return {
    readings,
    overrides: {
      glucose: { veryLowMgPerDl: pick(random, [54, 60]) },
      devices: {
        dev_first: { kind: 'cgm' },
        dev_route: { kind: 'cgm', sameSensorAs: 'dev_first' },
        dev_behind: { kind: 'cgm', sensorSince: START - 22 * HOUR },
        dev_ahead: { kind: 'cgm', instrumentRange: { low: 55, high: 350 } },
        dev_meter: { kind: 'meter' },
      },
    },
  };
}

const VITALS: readonly (readonly [code: string, low: number, high: number])[] = [
  [LOINC.respiratoryRate, 7, 26],
  [LOINC.spo2, 84, 100],
  [LOINC.arterialSystolic, 85, 130],
  [LOINC.cuffSystolic, 85, 130],
  [LOINC.heartRate, 38, 125],
  [LOINC.pulseOximeterRate, 38, 125],
  [LOINC.temperature, 35, 39.5],
  [LOINC.oxygenFlow, 0, 2],
];

const PRESSURES_AND_TEMPERATURES: readonly (readonly [
  code: string,
  usual: number,
  high: number,
  low: number,
])[] = [
  [LOINC.arterialSystolic, 130, 180.5, 90],
  [LOINC.cuffSystolic, 130, 165, 90.4],
  [LOINC.arterialDiastolic, 80, 120.5, 60],
  [LOINC.cuffDiastolic, 80, 110, 60],
  [LOINC.temperature, 37, 37.95, 36],
];

/**
 * Pressures by line and cuff, and temperatures, near the limits: by a bedside monitor, by hand and by another route of that, of people
 * who are pregnant, children, or neither, with fever judged or not, a clock that is ahead now and then, zeros and gaps.
 */
export function thresholdsOfAllKinds(random: () => number, count = 120): RandomStream {
  const sent: Sent[] = [];
  let atMs = START;
  let state = 0;
  while (sent.length < count) {
    atMs +=
      random() < 0.04
        ? Math.round(HOUR * (0.9 + random()))
        : pick(random, [30_000, MINUTE, 4 * MINUTE, 10 * MINUTE]);
    if (random() < 0.2) state = Math.floor(random() * 3);
    const deviceId = pick(random, ['dev_bedside', 'dev_hand', 'dev_hand', 'dev_route']);
    for (const [code, ...levels] of PRESSURES_AND_TEMPERATURES) {
      if (random() < 0.4) continue;
      const level = levels[random() < 0.8 ? state : Math.floor(random() * 3)] ?? 0;
      const value = random() < 0.03 ? 0 : level + pick(random, [0, 0, 0.05, 0.5, 1, -1]);
      // Some tell the diastolic pressure apart, whatever the systolic one is.
      const laterMs = random() < 0.3 && /^(8462-4|76213-8)$/.test(code) ? pick(random, [5_000, -5_000]) : 0;
      const bound = random() < 0.05 ? pick(random, [180, 120]) : undefined;
      const one: Sent = {
        ...{ deviceId, atMs: atMs + laterMs, code, value: bound ?? value },
        comparator: bound === undefined ? undefined : '>',
        aheadMs: random() < 0.08 ? 9 * MINUTE : undefined,
      };
      sent.push(one);
      if (random() < 0.05) sent.push({ ...one, value: value + pick(random, [0, 10, -20]) });
    }
  }
  return {
    readings: sent.toSorted((a, b) => a.atMs - b.atMs).map(readingOf),
    overrides: {
      fever: { isOn: random() < 0.7, fromCel: pick(random, [38, 37.9]) },
      person: { birthYear: pick(random, [null, 2018]), isPregnant: random() < 0.4 },
      ...(random() < 0.3 && { news2: { singleParameter: null } }),
      bloodPressure: { lowSystolic: pick(random, [90, 95]) },
      devices: {
        dev_bedside: { kind: 'monitor' },
        dev_hand: { kind: 'other' },
        dev_route: { kind: 'other', sameSensorAs: 'dev_hand' },
      },
    },
  };
}

/** Vital signs of two bedside monitors and by hand, on either scale, with spells of zeros and clocks that are off. */
export function vitalsOfAllKinds(random: () => number, minutes = 80): RandomStream {
  const devices = ['dev_bedside', 'dev_bedside', 'dev_ahead', 'dev_hand'];
  const sent: Sent[] = [];
  let atMs = START;
  let zeros = 0;
  let isCalm = false;
  for (let minute = 0; minute < minutes; minute++) {
    atMs += random() < 0.02 ? Math.round(HOUR * (0.9 + random())) : MINUTE;
    if (random() < 0.08) isCalm = !isCalm;
    zeros = zeros > 0 ? zeros - 1 : random() < 0.05 ? 3 : 0;
    for (const [code, low, high] of VITALS) {
      if (random() < 0.35) continue;
      const spread = isCalm ? 0.6 + (random() - 0.5) * 0.2 : random();
      const value = zeros > 0 || random() < 0.05 ? 0 : Math.round((low + spread * (high - low)) * 10) / 10;
      const aheadMs = random() < 0.02 ? 9 * MINUTE : undefined;
      // Now and then beyond a bound.
      const comparator =
        value > 0 && sent.length % 17 === 0 ? (sent.length % 2 === 0 ? '<' : '>') : undefined;
      sent.push({ deviceId: pick(random, devices), atMs, code, value, comparator, aheadMs });
    }
  }
  return {
    readings: sent.map(readingOf),
    overrides: {
      news2: { spo2Scale: pick(random, [1, 2] as const) },
      devices: {
        dev_bedside: { kind: 'monitor' },
        dev_ahead: { kind: 'monitor' },
        dev_hand: { kind: 'other' },
      },
    },
  };
}
