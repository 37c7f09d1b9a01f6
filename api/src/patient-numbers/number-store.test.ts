import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { SealedBox } from '../store/sealed-box.js';
import { SqliteStore } from '../store/store.js';
import { PatientNumberStore, type PatientNumber } from './number-store.js';

const ANN = `pat_${'a'.repeat(32)}`;
const BEN = `pat_${'b'.repeat(32)}`;
const WARD = 'urn:oid:1.2.3';
const CLINIC = 'https://clinic.example/patients';
const KEY = new Uint8Array(32).fill(7);

let store: SqliteStore;
let numbers: PatientNumberStore;
beforeEach(() => {
  store = new SqliteStore(':memory:');
  numbers = new PatientNumberStore(store, new SealedBox(KEY));
});
afterEach(() => store.close());
const replace = (patientId: string, ...given: readonly PatientNumber[]) =>
  store.commit(() => numbers.replace(patientId, given));

test('a number is found by its system and value together, and a value by itself in any system', async () => {
  await replace(ANN, { type: 'MR', system: WARD, value: '4711' }, { system: CLINIC, value: 'A-1' });
  await replace(BEN, { system: CLINIC, value: '4711' });
  expect(numbers.of(ANN)).toEqual([
    { type: 'MR', system: WARD, value: '4711' },
    { system: CLINIC, value: 'A-1' },
  ]);
  expect(numbers.holderOf({ system: WARD, value: '4711' })).toBe(ANN);
  expect(numbers.holderOf({ system: CLINIC, value: '4711' })).toBe(BEN);
  for (const [system, value] of [
    ['urn:oid:1.2', '4711'],
    [WARD, '471'],
    [WARD, '4711 '],
    ['', '4711'],
    [WARD.toUpperCase(), '4711'],
  ] as const)
    expect(numbers.holderOf({ system, value })).toBeUndefined();
  expect(numbers.holdersOf('4711')).toEqual([ANN, BEN]);
  expect(numbers.holdersOf(`${WARD}|4711`)).toEqual([]);
});

test('what is replaced is found no more, and an empty list leaves nothing', async () => {
  await replace(ANN, { system: WARD, value: '4711' });
  await replace(ANN, { system: WARD, value: '4712' });
  expect(numbers.holderOf({ system: WARD, value: '4711' })).toBeUndefined();
  expect(numbers.holdersOf('4711')).toEqual([]);
  expect(numbers.holderOf({ system: WARD, value: '4712' })).toBe(ANN);
  await replace(ANN);
  expect(store.get('SELECT count(*) AS n FROM patient_numbers')).toEqual({ n: 0 });
});

test('somebody who writes to the file gives nobody another’s number', async () => {
  await replace(BEN, { system: WARD, value: '4712' });
  const bens = store.get<{ sealed: Uint8Array }>('SELECT sealed FROM patient_numbers');
  await replace(BEN);
  await replace(ANN, { system: WARD, value: '4711' });
  // Whoever looks for Ann would be shown Ben.
  await store.commit(() => store.run('UPDATE patient_numbers SET sealed = ?', bens?.sealed ?? null));
  expect(() => numbers.holderOf({ system: WARD, value: '4711' })).toThrow('was altered');
});

test('nobody finds a number by a hash that another key makes', async () => {
  await replace(ANN, { system: WARD, value: '4711' });
  const thief = new PatientNumberStore(store, new SealedBox(new Uint8Array(32).fill(8)));
  expect([thief.holderOf({ system: WARD, value: '4711' }), thief.holdersOf('4711'), thief.of(ANN)]).toEqual([
    ...[undefined, [], []],
  ]);
});
