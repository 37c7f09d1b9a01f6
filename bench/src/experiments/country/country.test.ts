import { expect, test } from '@jest/globals';
import { ASSUMPTIONS, type Profile } from './assumptions.js';
import { countrySection } from './section.js';
import { simulateDay } from './simulate.js';
import { sizeCountry } from './sizing.js';

const sensor: Profile = { name: 'sensor', share: 1, readingsPerDay: 288, isContinuous: true };
const cuff: Profile = { name: 'cuff', share: 1, readingsPerDay: 4, isContinuous: false };

const COSTS = {
  ...{ frameCpuUs: 100, readingBytes: 500, gatewayCpuMs: 10, providerCpuMs: 5, authorityCpuMs: 2 },
  ...{ ledgerBytes: 1_000, blobBytes: 2_000, isOfFabric: true },
  channel: { recordsPerS: 150, organizationCpuMs: 2, orderersCpuMs: 1 },
};

test('the shares of all profiles are one', () => {
  expect(ASSUMPTIONS.profiles.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
});

test('a sensor that measures all day makes a record in every hour, at an even rate', () => {
  const day = simulateDay({ profiles: [sensor], emergenciesPerDay: 0 }, 500);
  expect(day.readings).toBe(288);
  expect(day.records).toBe(24);
  expect(day.peakRecordsPerHour).toBe(1);
  expect(day.peakReadingsPerMinute).toBeLessThan((2 * 288) / 1_440);
});

test('what people measure by hand comes in the morning and in the evening', () => {
  const day = simulateDay({ profiles: [cuff], emergenciesPerDay: 0 }, 500);
  expect(day.readings).toBe(4);
  // Two readings can fall into one hour.
  expect(day.records).toBeGreaterThan(2);
  expect(day.records).toBeLessThanOrEqual(4);
  expect(day.peakRecordsPerHour).toBeGreaterThan(day.records / 24);
});

test('emergencies are records besides', () => {
  const calm = simulateDay({ profiles: [sensor], emergenciesPerDay: 0 }, 500);
  const day = simulateDay({ profiles: [sensor], emergenciesPerDay: 1 }, 500);
  expect(day.records).toBe(calm.records + 1);
});

test('the same population lives the same day', () => {
  expect(simulateDay(ASSUMPTIONS, 200)).toEqual(simulateDay(ASSUMPTIONS, 200));
});

const day = { readings: 100, peakReadingsPerMinute: 0.6, records: 10, peakRecordsPerHour: 0.36 };
const assumed = { ...ASSUMPTIONS, patients: 1_000_000, utilisation: 0.5, peersPerChannel: 4 };

test('a country is a day times its patients, at the utilisation that is assumed', () => {
  const size = sizeCountry(day, COSTS, { ...assumed, patientsPerGateway: 1_000_000 });
  expect(size.readingsPerDay).toBe(100_000_000);
  expect(size.peakReadingsPerS).toBeCloseTo(10_000);
  expect(size.peakRecordsPerS).toBeCloseTo(100);
  // 10,000 frames of 100 µs and 100 records of 10 ms a second keep two processors busy: four, half of the time.
  expect(size.gatewayCores).toBeCloseTo(4);
  expect(size.providerCores).toBeCloseTo(1);
  // Three of the four organisations have an api.
  expect(size.authorityCores).toBeCloseTo(1.2);
  // On each of two channels four organisations at 2 ms, and the orderers at 1: 18 ms.
  expect(size.networkCores).toBeCloseTo(3.6);
  // 100 records a second where a channel takes 150, half of the time.
  expect(size.channelPairs).toBe(2);
  expect(size.settledAfterMinutes).toBe(30);
});

test('a gateway has a processor of its own, however little it does', () => {
  const size = sizeCountry(day, COSTS, { ...assumed, patientsPerGateway: 10_000 });
  expect([size.gateways, size.gatewayCores]).toEqual([100, 100]);
  // 3,600 records of 10 ms when the busiest hour ends.
  expect(size.gatewayHourS).toBeCloseTo(36);
});

test('ledgers lie at all peers and orderers, raw data and records once, and each costs what its storage does', () => {
  const size = sizeCountry(day, COSTS, { ...assumed, keptDays: 365, orderersPerChannel: 3 });
  expect(size.rawTb).toBeCloseTo(18.25);
  expect(size.blobsTb).toBeCloseTo(7.3);
  expect(size.ledgersTb).toBeCloseTo(3.65 * 7);
  const prices = { euroPerCoreHour: 0, euroPerDiskTerabyteMonth: 10, euroPerBlobTerabyteMonth: 1 };
  const paid = sizeCountry(day, COSTS, { ...assumed, keptDays: 365, orderersPerChannel: 3, ...prices });
  expect(paid.euroPerMonth).toBeCloseTo((18.25 + 25.55) * 10 + 7.3);
  expect(paid.euroPerPatientYear).toBeCloseTo((paid.euroPerMonth * 12) / 1_000_000);
});

test('the page tells assumptions, measurements and results apart', () => {
  const text = countrySection(COSTS).join('\n');
  expect(text).toMatch(/Assumed[\s\S]*glucose sensor[\s\S]*Measured in this run[\s\S]*The country/);
  expect(text).not.toMatch(/NaN|undefined|Infinity/);
});

test('the page says whether its channels were measured on Fabric, and what that bounds', () => {
  expect(countrySection(COSTS).join(' ')).toContain('those of Fabric on one machine');
  const embedded = countrySection({ ...COSTS, isOfFabric: false }).join(' ');
  expect(embedded).toContain('stands in for Fabric');
  expect(embedded).toContain('take the processors of the peers for the least');
});
