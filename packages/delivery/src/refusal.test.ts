import { COMMON_CODES, DENIAL_CODES, records } from '@careledger/contracts';
import { describe, expect, test } from '@jest/globals';
import { MEANINGS, isUnavailable, mayBeTakenLater, mayEnd, refusalOfCall, refusalOfCode } from './refusal.js';
import { CallError, refusedBy } from '../testing/storing-fixture.js';

test('every code with which the ledger refuses a version has a meaning', () => {
  const { StoreRecords, ReviseRecords, AnnounceRecords } = records.transactions;
  const codes = [StoreRecords, ReviseRecords, AnnounceRecords].flatMap(({ codes: whole, itemCodes = [] }) => [
    ...whole,
    ...itemCodes,
  ]);
  const unknown = [...codes, ...COMMON_CODES].filter((code) => !MEANINGS.has(code));
  expect(unknown).toEqual([]);
});

describe('a refusal', () => {
  test('that only a later version of this software knows is final', () => {
    expect(refusalOfCode('A_CODE_OF_TOMORROW')).toEqual({ code: 'A_CODE_OF_TOMORROW', meaning: 'final' });
  });

  test('for want of a grant may be premature, whichever grant came first', () => {
    expect(new Set(DENIAL_CODES.map((code) => refusalOfCode(code).meaning))).toEqual(new Set(['premature']));
  });

  test.each([
    ['VERSION_NOT_YET', 'again'],
    ['PATIENT_UNKNOWN', 'again'],
    ['RECIPIENT_MISSING', 'premature'],
    ['RECORD_EXISTS', 'may-be-there'],
    ['VERSION_CONFLICT', 'may-be-there'],
    ['RECORD_ID_MISMATCH', 'final'],
    ['RECORD_KIND_CHANGED', 'final'],
  ])('%s means the same to an item of a batch and through a provider: %s', (code, meaning) => {
    expect([refusalOfCode(code), refusalOfCall(refusedBy(code))]).toEqual(Array(2).fill({ code, meaning }));
  });

  test.each([400, 409, 413, 422])('%d is about the request only if the provider itself says so', (status) => {
    expect(refusalOfCall(new CallError('REFUSED', status, { code: 'SOMETHING' })).meaning).toBe('final');
    expect(refusalOfCall(new CallError('REFUSED', status))).toEqual({
      code: String(status),
      meaning: 'other-provider',
    });
  });

  test('says whether it may end by itself', () => {
    const codes = ['PATIENT_UNKNOWN', 'STATEMENT_KEY_UNKNOWN', 'AUTHOR_MISMATCH'];
    expect(codes.map(mayEnd)).toEqual([true, true, false]);
    expect(codes.map(mayBeTakenLater)).toEqual([true, false, false]);
  });
});

test('unavailable is who says nothing about the request', () => {
  const failures = [
    new CallError('UNREACHABLE'),
    new CallError('BAD_RESPONSE'),
    new CallError('REFUSED', 500, { code: 'INTERNAL_ERROR' }),
    new CallError('REFUSED', 503),
    new CallError('REFUSED', 422, { code: 'RECORD_REFUSED' }),
    new CallError('ABORTED'),
  ];
  expect(failures.map(isUnavailable)).toEqual([true, true, true, true, false, false]);
});
