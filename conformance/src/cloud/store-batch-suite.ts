import { randomBytes } from 'node:crypto';
import { readStoreReceipt } from '@careledger/envelope';
import { STORE_BATCH_MAX_ITEMS } from '@careledger/protocol';
import { describe, expect, test } from '@jest/globals';
import type { CloudFixture } from '../fixtures/providers/cloud-fixture.js';
import {
  authorOf,
  gatewayOf,
  type MadeVersion,
  type VersionPlan,
} from '../fixtures/providers/made-version.js';
import { problemOf } from '../fixtures/providers/problem-of.js';
import { QUOTA } from '../fixtures/providers/providers-fixture.js';

/** Versions of many records that come by one request. */
export function describeStoreBatches(fixture: CloudFixture): void {
  const version = async (plan: VersionPlan = {}): Promise<MadeVersion> => {
    const patient = await fixture.newPatient();
    return fixture.version(patient.id, gatewayOf(patient), plan);
  };
  const many = async (count: number): Promise<MadeVersion[]> => {
    const made = [];
    for (let n = 0; n < count; n++) made.push(await version());
    return made;
  };

  describe('a batch of versions', () => {
    test('of many patients is one transaction, and gives each its receipt, in order', async () => {
      const made = await many(4);
      const items = await fixture.storeAll(made);
      expect(items.map(({ stored }) => stored?.recordId)).toEqual(made.map(({ record }) => record.recordId));
      expect(new Set(items.map(({ stored }) => stored?.txId)).size).toBe(1);
      for (const [index, { stored }] of items.entries())
        expect(readStoreReceipt(stored?.receipt ?? '')).toMatchObject({
          manifestHash: made[index]?.manifestHash,
          txId: stored?.txId,
        });
    });

    test('gets the same receipts again, and the same as each would by itself', async () => {
      const made = await many(3);
      const items = await fixture.storeAll(made);
      expect(await fixture.storeAll(made)).toEqual(items);
      for (const [index, each] of made.entries())
        expect(await fixture.store(each)).toEqual(items[index]?.stored);
    });

    test('with some that are bad refuses those alone, each with its code and status', async () => {
      const [first, other, last] = [await version(), await version(), await version()];
      const altered = { ...other, request: { ...other.request, ciphertext: last.request.ciphertext } };
      const forger = { ...gatewayOf(await fixture.newPatient()), id: first.patientId };
      const stranger = await fixture.version(first.patientId, forger);
      const labs = await fixture.version(first.patientId, authorOf(fixture.lab));
      const elsewhere = await version({ provider: 'prv_cloud-b' });
      const items = await fixture.storeAll([first, altered, stranger, labs, elsewhere, last, first]);
      expect(items.map(({ problem }) => problem && [problem.status, problem.code, problem.reason])).toEqual([
        undefined,
        [422, 'VERSION_MISMATCH', undefined],
        [422, 'RECORD_REFUSED', 'STATEMENT_KEY_UNKNOWN'],
        [403, 'ORGANISATION_MISMATCH', undefined],
        [409, 'PROVIDER_MISMATCH', undefined],
        undefined,
        undefined,
      ]);
      expect(items[6]).toEqual(items[0]);
    });

    test('with two for one version keeps the one that the ledger has, and tells the other so', async () => {
      const patient = await fixture.newPatient();
      const one = await fixture.version(patient.id, gatewayOf(patient));
      const two = await fixture.version(patient.id, gatewayOf(patient), {
        ...{ record: one.record, content: '{"another":1}' },
      });
      const items = await fixture.storeAll([one, two]);
      expect(items.map(({ problem }) => problem?.code ?? 'stored').sort()).toEqual([
        'RECORD_EXISTS',
        'stored',
      ]);
    });

    test('of an authority stores what it may write and nothing else', async () => {
      const [granted, ungranted] = [await fixture.newPatient(), await fixture.newPatient()];
      await fixture.decree('Grant', granted.grant('aut_lab', { permissions: ['write'] }));
      const made = [];
      for (const { id } of [ungranted, granted]) made.push(await fixture.version(id, authorOf(fixture.lab)));
      const items = await fixture.storeAll(made, fixture.providers.a, 'LabMSP');
      expect(items.map(({ problem }) => problem?.reason)).toEqual(['NO_GRANT', undefined]);
    });

    test('for which an organisation has no room is stored as far as there is room; the rest is to come again', async () => {
      const made = await many(QUOTA.versionsMax + 2);
      const items = await fixture.storeAll(made);
      expect(items.map(({ problem }) => problem?.status)).toEqual(
        made.map((_, index) => (index < QUOTA.versionsMax ? undefined : 429)),
      );
      const again = await fixture.storeAll(made.slice(QUOTA.versionsMax));
      expect(again.map(({ problem }) => problem)).toEqual([undefined, undefined]);
    });

    test('of a patient who is on no ledger refuses hers alone', async () => {
      const known = await version();
      const unknown = await version();
      const stranger = { ...gatewayOf(await fixture.newPatient()), id: `pat_${'a'.repeat(32)}` };
      const hers = await fixture.version(stranger.id, stranger, { recipients: [unknown.patientId] });
      const items = await fixture.storeAll([known, hers]);
      expect(items.map(({ problem }) => problem?.reason)).toEqual([undefined, 'PATIENT_UNKNOWN']);
    });

    test('of more versions, or bytes, than one may have is refused whole', async () => {
      const one = await version();
      const tooMany = Array.from({ length: STORE_BATCH_MAX_ITEMS + 1 }, () => one);
      expect(await problemOf(fixture.storeAll(tooMany))).toMatchObject({ code: 'VALIDATION_FAILED' });
      const large = await version({ content: randomBytes(1_000_000).toString('base64') });
      expect(await problemOf(fixture.storeAll([large, large, large]))).toMatchObject({
        code: 'PAYLOAD_TOO_LARGE',
      });
    });
  });
}
