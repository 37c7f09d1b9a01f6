import { expect, test } from '@jest/globals';
import { RECOVERERS_VARIABLE, recoverersOf, recoverersValue } from './recovery.js';

test('those whom a network’s definition names are those whom its chaincode knows', () => {
  const value = recoverersValue([
    { mspId: 'HospitalMSP', recovery: 'registrar' },
    { mspId: 'LabMSP' },
    { mspId: 'CityInsurerMSP', recovery: 'identity' },
  ]);
  expect(value).toBe('aut_hospital=registrar,aut_city-insurer=identity');
  expect([...recoverersOf({ [RECOVERERS_VARIABLE]: value })]).toEqual([
    ['aut_hospital', 'registrar'],
    ['aut_city-insurer', 'identity'],
  ]);
  expect(recoverersOf({}).size).toBe(0);
});

test('an unknown role, a name that is no authority’s and two roles of one are refused', () => {
  for (const value of ['aut_a=king', 'HospitalMSP=registrar', 'aut_a=registrar=identity', 'aut_a'])
    expect(() => recoverersOf({ [RECOVERERS_VARIABLE]: value })).toThrow('is not a list of');
  expect(() => recoverersOf({ [RECOVERERS_VARIABLE]: 'aut_a=registrar,aut_a=identity' })).toThrow(
    'two roles',
  );
});
