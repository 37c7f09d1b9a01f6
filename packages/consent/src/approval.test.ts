import { sha256, toBase64url } from '@careledger/crypto';
import { askedScopeHash, copyUnitHash } from '@careledger/envelope/portable';
import { describe, expect, test } from '@jest/globals';
import { approvalOf, type AskedTerms } from './index.js';

const laboratory = { category: 'laboratory', resourceType: '*' };
const observations = { category: 'laboratory', resourceType: 'Observation' };
const asked = { scope: [laboratory], scopeSalt: toBase64url(new Uint8Array(32).fill(5)) };
const request: AskedTerms = {
  ...{ subscriptionId: 'AAAAAAAAAAAAAAAAAAAAAQ', authorityId: 'aut_hospital', asked },
  ...{ permissions: ['read', 'write'], purposes: ['TREAT'], until: '2027-01-01T00:00:00Z' },
};
const approval = (said: Parameters<typeof approvalOf>[2]) => approvalOf(sha256, request, said);

describe('an approval', () => {
  test('is as was asked, unless the patient says less; its grant names the words that were shown', () => {
    const { given, terms } = approval({});
    expect(given).toBe('all');
    expect(terms).toEqual({
      ...{ authorityId: request.authorityId, subscriptionId: request.subscriptionId, scope: [laboratory] },
      ...{ permissions: ['read', 'write'], purposes: ['TREAT'], until: request.until },
      askedScopeHash: askedScopeHash(sha256, asked),
    });
  });

  test('says that it is in part, whatever is less', () => {
    for (const said of [
      { permissions: ['read' as const] },
      { until: '2026-12-01T00:00:00Z' },
      { scope: [observations] },
      { grantee: [{ unit: 'ward' }] },
      { period: { start: '2026-01-01T00:00:00Z', end: '2026-02-01T00:00:00Z' } },
    ])
      expect(approval(said)).toMatchObject({ given: 'part', terms: { ...said, isInPart: true } });
  });

  test('is none where it gives more, in words that no ledger sees as well', () => {
    for (const said of [
      { scope: [] },
      { scope: [observations, { category: 'vital-signs', resourceType: '*' }] },
      { purposes: ['TREAT' as const, 'HRESCH' as const], scope: [observations] },
      { delegable: true },
    ])
      expect(approval(said).given).toBe('more');
  });
});

describe('a copy', () => {
  const copyUnit = { unit: 'ward-4', salt: toBase64url(new Uint8Array(32).fill(7)) };
  const unitHash = copyUnitHash(sha256, copyUnit);
  const withCopy: AskedTerms = { ...request, copy: { purpose: 'TREAT', unitHash }, copyUnit };
  const answer = (said: Parameters<typeof approvalOf>[2]) => approvalOf(sha256, withCopy, said);

  test('that was asked for is allowed as it was asked for, in the words that were shown', () => {
    const { given, terms } = answer({});
    expect([given, terms.copy]).toEqual(['all', { purpose: 'TREAT', unitHash, ...copyUnit }]);
  });

  test('is taken away by name, and by whatever leaves its unit nothing to read', () => {
    for (const said of [
      { copy: undefined },
      { permissions: ['write' as const] },
      { grantee: [{ unit: 'ward-5' }] },
      { grantee: [{ role: 'physician' }] },
    ]) {
      const { given, terms } = answer(said);
      expect([given, terms.isInPart, 'copy' in terms]).toEqual(['part', true, false]);
    }
    expect(answer({ grantee: [{ unit: 'ward-4' }] }).terms.copy).toMatchObject({ unit: 'ward-4' });
  });

  test('that nobody asked for, or another one, is more than was asked for', () => {
    const allowed = { purpose: 'TREAT' as const, unitHash, ...copyUnit };
    expect(approval({ copy: allowed }).given).toBe('more');
    const elsewhere = { unit: 'ward-5', salt: copyUnit.salt };
    expect(
      answer({ copy: { ...allowed, ...elsewhere, unitHash: copyUnitHash(sha256, elsewhere) } }).given,
    ).toBe('more');
  });
});

test('the hash of the records asked for is of these, in this order, with this salt', () => {
  expect(askedScopeHash(sha256, asked)).toBe('A9oWPUfmqztGA_lMkFsI2l4VvaXsGPDVbHjb3TbjQPU');
  const others = [
    { ...asked, scope: [observations] },
    { ...asked, scopeSalt: toBase64url(new Uint8Array(32).fill(6)) },
  ];
  for (const other of others) expect(askedScopeHash(sha256, other)).not.toBe(askedScopeHash(sha256, asked));
});

describe('the single measured values', () => {
  const detailed: AskedTerms = { ...request, detail: true };

  test('are given as they were asked for, and less where the patient leaves them out or nothing to read', () => {
    expect(approvalOf(sha256, detailed, {})).toMatchObject({ given: 'all', terms: { detail: true } });
    for (const said of [{ detail: undefined }, { permissions: ['write' as const] }]) {
      const { given, terms } = approvalOf(sha256, detailed, said);
      expect([given, terms.isInPart, 'detail' in terms]).toEqual(['part', true, false]);
    }
  });

  test('nobody asked for are more than was asked', () => {
    expect(approval({ detail: true }).given).toBe('more');
  });
});
