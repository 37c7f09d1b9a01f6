import { readFileSync } from 'node:fs';
import { KeyFamily } from '@careledger/chaincode-runtime';
import { expect, test } from '@jest/globals';
import * as families from './families.js';

const page = readFileSync(new URL('../../../../spec/contracts.md', import.meta.url), 'utf8');

test('spec/contracts.md names every family of keys and its parts', () => {
  for (const family of Object.values(families)) {
    expect(family).toBeInstanceOf(KeyFamily);
    const cells = ['records', `\`${family.name}\``, family.partNames.join(', ')];
    expect(page.replaceAll(/\s*\|\s*/g, '|')).toContain(`|${cells.join('|')}|`);
  }
});

test('whatever belongs to a patient has the patient first', () => {
  for (const { name, partNames } of Object.values(families))
    if (partNames.includes('patientId') && !name.includes('-by-')) expect(partNames[0]).toBe('patientId');
});
