import { describe, expect, test } from '@jest/globals';
import { Value } from 'typebox/value';
import { AuthorityId, ProviderId, authorityIdOfMsp, mspIdOf, providerIdOfMsp } from './index.js';

describe('ids of organisations', () => {
  test.each([
    ['HospitalMSP', 'hospital'],
    ['CloudAMSP', 'cloud-a'],
    ['Org1MSP', 'org1'],
    ['NorthLab2BMSP', 'north-lab2-b'],
  ])('%s is %s, and maps back', (mspId, slug) => {
    expect(authorityIdOfMsp(mspId)).toBe(`aut_${slug}`);
    expect(providerIdOfMsp(mspId)).toBe(`prv_${slug}`);
    expect(mspIdOf(`aut_${slug}`)).toBe(mspId);
    expect(mspIdOf(`prv_${slug}`)).toBe(mspId);
    expect(Value.Check(AuthorityId, authorityIdOfMsp(mspId))).toBe(true);
    expect(Value.Check(ProviderId, providerIdOfMsp(mspId))).toBe(true);
  });

  test.each([
    'hospitalMSP',
    'Cloud-AMSP',
    'Cloud.AMSP',
    'Hospital',
    'MSP',
    '1LabMSP',
    `${'A'.repeat(30)}MSP`,
  ])('an MSP ID that does not map back has none: %s', (mspId) => {
    expect(authorityIdOfMsp(mspId)).toBeUndefined();
    expect(providerIdOfMsp(mspId)).toBeUndefined();
  });

  test.each(['aut_hospital-', 'aut_Hospital', 'aut_lab--2', 'aut_lab-2', 'pat_hospital'])(
    'no organisation is behind %s',
    (id) => expect(mspIdOf(id)).toBeUndefined(),
  );
});
