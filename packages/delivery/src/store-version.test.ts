import { sha256Hex } from '@careledger/crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { PREMATURE_GRACE_MS } from './grace.js';
import {
  CallError,
  REST_MS,
  STRANGER,
  StoringFixture,
  hashOf,
  refusedBy,
} from '../testing/storing-fixture.js';

const [A, B] = ['prv_cloud-a', 'prv_cloud-b'] as const;
const later = (code: string) => expect.objectContaining({ name: 'NotYetError', code });

let fixture: StoringFixture;
beforeEach(() => {
  fixture = new StoringFixture();
});
const answers = (providerId: string, failure: CallError) => fixture.behaviours.set(providerId, () => failure);

test('a version is stored at the provider that it is addressed to, with its receipt', async () => {
  expect(await fixture.store()).toMatchObject({
    ...{ outcome: 'stored', providerId: A, blockNumber: 7, receipt: expect.any(String) },
    txId: sha256Hex('for prv_cloud-a'),
  });
  expect([fixture.asked, fixture.kept]).toEqual([['prv_cloud-a for prv_cloud-a'], []]);
});

describe('providers', () => {
  test.each([
    ['does not answer', new CallError('UNREACHABLE')],
    ['takes too long', new CallError('TIMEOUT')],
    ['answers what it must not', new CallError('BAD_RESPONSE')],
    ['has its ledger away', new CallError('REFUSED', 503, { code: 'LEDGER_UNAVAILABLE' })],
    ['fails', new CallError('REFUSED', 500, { code: 'INTERNAL_ERROR' })],
    ['does not know our token', new CallError('REFUSED', 401, { code: 'UNAUTHENTICATED' })],
    ['is another one than its address says', new CallError('REFUSED', 409, { code: 'PROVIDER_MISMATCH' })],
    ['stands behind something that refuses on its behalf', new CallError('REFUSED', 413)],
  ])(
    'one that %s is passed over: the next one gets a statement of its own, kept first',
    async (_what, failure) => {
      answers(A, failure);
      expect(await fixture.store()).toMatchObject({ outcome: 'stored', providerId: B });
      expect(fixture.asked).toEqual(['prv_cloud-a for prv_cloud-a', 'prv_cloud-b for prv_cloud-b']);
      expect(fixture.kept).toEqual([
        { providerId: B, storeStatement: 'for prv_cloud-b', formerStores: { [A]: 'for prv_cloud-a' } },
      ]);
      expect(fixture.pool.resting()).toEqual([A]);
    },
  );

  test('one that is asked again gets the statement that it has been given', async () => {
    fixture.addressing = { providerId: B, storeStatement: 'old b', formerStores: { [A]: 'old a' } };
    answers(B, new CallError('UNREACHABLE'));
    expect(await fixture.store()).toMatchObject({ outcome: 'stored', providerId: A });
    expect(fixture.asked).toEqual(['prv_cloud-b old b', 'prv_cloud-a old a']);
  });

  test('while none answers the version waits, and nothing is lost', async () => {
    for (const id of [A, B]) answers(id, new CallError('UNREACHABLE'));
    await expect(fixture.store()).rejects.toMatchObject({ name: 'CallError', code: 'UNREACHABLE' });
    fixture.behaviours.clear();
    fixture.nowMs += REST_MS;
    expect(await fixture.store()).toMatchObject({ outcome: 'stored', providerId: B });
  });

  test('a call that is cancelled is no failure of a provider', async () => {
    answers(A, new CallError('ABORTED'));
    await expect(fixture.store()).rejects.toMatchObject({ code: 'ABORTED' });
    expect([fixture.pool.resting(), fixture.asked.length]).toEqual([[], 1]);
  });

  test('a refusal for good is one provider’s word: another one that works is asked', async () => {
    answers(A, refusedBy('AUTHOR_MISMATCH'));
    expect(await fixture.store()).toMatchObject({ outcome: 'stored', providerId: B });
  });

  test('what all of them refuse is refused, by the first one’s code', async () => {
    answers(A, refusedBy('RECORD_KIND_CHANGED'));
    answers(B, new CallError('REFUSED', 400, { code: 'VERSION_MISMATCH' }));
    expect(await fixture.store()).toEqual({ outcome: 'refused', code: 'RECORD_KIND_CHANGED' });
  });

  test('one that rests holds up no refusal', async () => {
    fixture.pool.failed(B);
    answers(A, refusedBy('RECORD_ID_MISMATCH'));
    expect(await fixture.store()).toEqual({ outcome: 'refused', code: 'RECORD_ID_MISMATCH' });
    expect(fixture.asked).toHaveLength(1);
  });
});

describe('a refusal that may end by itself', () => {
  test('waits for its grace from when it was first heard, however old the version is; then it stands', async () => {
    for (const id of [A, B]) answers(id, refusedBy('NO_GRANT'));
    await expect(fixture.store()).rejects.toEqual(later('NO_GRANT'));
    fixture.nowMs += PREMATURE_GRACE_MS - 1;
    await expect(fixture.store()).rejects.toEqual(later('NO_GRANT'));
    fixture.nowMs += 1;
    expect(await fixture.store()).toEqual({ outcome: 'refused', code: 'NO_GRANT' });
  });

  test('a patient whose registration is on its way is waited for, however long; one provider may be further', async () => {
    for (const id of [A, B]) answers(id, refusedBy('PATIENT_UNKNOWN'));
    await expect(fixture.store()).rejects.toEqual(later('PATIENT_UNKNOWN'));
    expect(fixture.asked).toHaveLength(1);
    fixture.nowMs += 100 * PREMATURE_GRACE_MS;
    await expect(fixture.store()).rejects.toEqual(later('PATIENT_UNKNOWN'));
    expect(fixture.asked).toHaveLength(3);
    fixture.behaviours.delete(B);
    expect(await fixture.store()).toMatchObject({ outcome: 'stored', providerId: B });
  });
});

describe('RECORD_EXISTS and VERSION_CONFLICT say nothing by themselves', () => {
  test.each(['RECORD_EXISTS', 'VERSION_CONFLICT'])(
    '%s and this very version on the ledger, at a provider that was given it before: its receipt is asked for',
    async (code) => {
      fixture.addressing = {
        providerId: B,
        storeStatement: 'for b',
        formerStores: { [A]: 'for prv_cloud-a' },
      };
      answers(B, refusedBy(code));
      fixture.found = fixture.onLedger();
      expect(await fixture.store()).toMatchObject({
        outcome: 'stored',
        providerId: A,
        receipt: expect.any(String),
      });
      expect(fixture.addressing).toMatchObject({ providerId: A, storeStatement: 'for prv_cloud-a' });
    },
  );

  test('a provider that has this version and does not answer, or not the truth, holds up nothing', async () => {
    const { txId } = fixture.onLedger();
    const byLedger = { outcome: 'stored', providerId: A, txId, blockNumber: null, receipt: null };
    const untrue = () => fixture.answer(A, sha256Hex('another transaction'));
    for (const behaviour of [() => new CallError('UNREACHABLE'), untrue]) {
      fixture.addressing = {
        providerId: B,
        storeStatement: 'for b',
        formerStores: { [A]: 'for prv_cloud-a' },
      };
      answers(B, refusedBy('RECORD_EXISTS'));
      fixture.behaviours.set(A, behaviour);
      fixture.found = fixture.onLedger();
      expect(await fixture.store()).toEqual(byLedger);
    }
  });

  test('this version by a statement that is not known any more is taken from the ledger', async () => {
    answers(A, new CallError('REFUSED', 409, { code: 'RECORD_EXISTS' }));
    fixture.found = fixture.onLedger();
    expect(await fixture.store()).toMatchObject({ outcome: 'stored', providerId: A, receipt: null });
  });

  test('a version of the same author with other content is no success', async () => {
    answers(A, refusedBy('RECORD_EXISTS'));
    fixture.found = fixture.onLedger({ manifestHash: hashOf('another manifest') });
    expect(await fixture.store()).toEqual({ outcome: 'own-other-version', found: fixture.found });
  });

  test('a version that somebody else put there is no success, not even with the same content', async () => {
    answers(A, refusedBy('RECORD_EXISTS'));
    fixture.found = fixture.onLedger({ author: STRANGER });
    expect(await fixture.store()).toEqual({
      outcome: 'foreign',
      code: 'RECORD_FOREIGN',
      found: fixture.found,
    });
  });

  test('of a later version, somebody who may modify the record was first', async () => {
    fixture = new StoringFixture(2);
    answers(A, refusedBy('VERSION_CONFLICT'));
    fixture.found = fixture.onLedger({ author: STRANGER });
    expect(await fixture.store()).toMatchObject({ outcome: 'foreign', code: 'VERSION_CONFLICT' });
  });

  test('a version that the own peer does not have yet is waited for; a provider that makes it up is left', async () => {
    answers(A, refusedBy('RECORD_EXISTS'));
    await expect(fixture.store()).rejects.toEqual(later('RECORD_EXISTS'));
    fixture.nowMs += PREMATURE_GRACE_MS;
    expect(await fixture.store()).toMatchObject({ outcome: 'stored', providerId: B });
  });

  test('a conflict without a version of this number is refused once the own peer had its time', async () => {
    fixture = new StoringFixture(3);
    for (const id of [A, B]) answers(id, refusedBy('VERSION_CONFLICT'));
    await expect(fixture.store()).rejects.toEqual(later('VERSION_CONFLICT'));
    fixture.nowMs += PREMATURE_GRACE_MS;
    expect(await fixture.store()).toEqual({ outcome: 'refused', code: 'VERSION_CONFLICT' });
  });
});

describe('a receipt that is not the provider’s, or not of this version', () => {
  const wrong: [string, (from: StoringFixture) => void][] = [
    ['signed by another key', (t) => t.behaviours.set(A, (id) => t.answer(id, sha256Hex('x'), t.signer(B)))],
    ['another provider’s', (t) => t.behaviours.set(A, () => t.answer(B, sha256Hex('x')))],
    [
      'of another transaction than the answer',
      (t) => t.behaviours.set(A, (id) => ({ ...t.answer(id, sha256Hex('x')), txId: sha256Hex('y') })),
    ],
    [
      'of another block than the answer',
      (t) => t.behaviours.set(A, (id) => ({ ...t.answer(id, sha256Hex('x')), blockNumber: 8 })),
    ],
    [
      'of another version',
      (t) =>
        t.behaviours.set(A, (id) => ({
          ...new StoringFixture(2).answer(id, sha256Hex('x'), t.signer(A)),
          version: 1,
        })),
    ],
  ];

  test.each(wrong)('%s: the ledger is asked, and the next provider', async (_what, behave) => {
    behave(fixture);
    expect(await fixture.store()).toMatchObject({ outcome: 'stored', providerId: B });
    expect(fixture.pool.resting()).toEqual([A]);
  });

  test('and the ledger has the version: it is stored, without a receipt', async () => {
    wrong[0]?.[1](fixture);
    fixture.found = fixture.onLedger();
    expect(await fixture.store()).toMatchObject({ outcome: 'stored', providerId: A, receipt: null });
  });
});
