import { existsSync } from 'node:fs';
import { generateEd25519 } from '@careledger/crypto';
import { makeWrapSet, readStoreReceipt } from '@careledger/envelope';
import { describe, expect, test } from '@jest/globals';
import {
  authorOf,
  blobPath,
  gatewayOf,
  type Author,
  type MadeVersion,
} from '../fixtures/providers/made-version.js';
import { problemOf } from '../fixtures/providers/problem-of.js';
import { QUOTA } from '../fixtures/providers/providers-fixture.js';
import type { RunningProvider } from '../fixtures/providers/running-provider.js';
import type { CloudFixture } from '../fixtures/providers/cloud-fixture.js';

const hasBlob = (provider: RunningProvider, made: MadeVersion): boolean =>
  existsSync(blobPath(provider, made));

/** Who gets a version into a provider, and for what it signs. */
export function describeStoring(fixture: CloudFixture): void {
  describe('storing a version', () => {
    test('gives a receipt, and the same one again to the same statement', async () => {
      const patient = await fixture.newPatient();
      const made = await fixture.version(patient.id, gatewayOf(patient));
      const answer = await fixture.store(made);
      expect(readStoreReceipt(answer.receipt)).toMatchObject({
        manifestHash: made.manifestHash,
        txId: answer.txId,
        blockNumber: answer.blockNumber,
      });
      expect(await Promise.all([fixture.store(made), fixture.store(made)])).toEqual([answer, answer]);
    });

    test('twice at once is one version with one receipt', async () => {
      const patient = await fixture.newPatient();
      const made = await fixture.version(patient.id, gatewayOf(patient));
      const [first, second] = await Promise.all([fixture.store(made), fixture.store(made)]);
      expect(second).toEqual(first);
    });

    test('a provider signs for a version that somebody else put under the same id: a forged one leaves no trace', async () => {
      const { a } = fixture.providers;
      const patient = await fixture.newPatient();
      const honest = await fixture.version(patient.id, gatewayOf(patient));
      const forger: Author = { ...gatewayOf(patient), signer: generateEd25519().signer };
      const forged = await fixture.version(patient.id, forger, {
        record: honest.record,
        content: '{"by":"forger"}',
      });
      // While it is answered, and not only after: what is written first would be settled by the honest one's transaction.
      const [refused, answer] = await Promise.all([problemOf(fixture.store(forged)), fixture.store(honest)]);
      expect(refused).toMatchObject({ code: 'RECORD_REFUSED', reason: 'STATEMENT_KEY_UNKNOWN' });
      expect(readStoreReceipt(answer.receipt).manifestHash).toBe(honest.manifestHash);
      expect([hasBlob(a, forged), hasBlob(a, honest)]).toEqual([false, true]);
      expect((await fixture.heldWraps(honest, 'PatientsMSP')).wrapSet).toBe(honest.request.wrapSet);
    });

    test('of two versions that one author signed under one id the ledger’s is kept, and the other learns its hash', async () => {
      const { a } = fixture.providers;
      const patient = await fixture.newPatient();
      const first = await fixture.version(patient.id, gatewayOf(patient));
      const second = await fixture.version(patient.id, gatewayOf(patient), {
        record: first.record,
        content: '{"another":1}',
      });
      const outcomes = await Promise.allSettled([fixture.store(first), fixture.store(second)]);
      const [winner, loser] = outcomes[0]?.status === 'fulfilled' ? [first, second] : [second, first];
      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(await problemOf(fixture.store(loser))).toMatchObject({
        code: 'RECORD_EXISTS',
        reason: 'RECORD_EXISTS',
        manifestHash: winner.manifestHash,
        author: patient.id,
      });
      expect([hasBlob(a, loser), hasBlob(a, winner)]).toEqual([false, true]);
      const answer = await fixture.store(winner);
      expect(readStoreReceipt(answer.receipt).manifestHash).toBe(winner.manifestHash);
    });

    test('a version that another provider has is refused with the hash of the one that stands there', async () => {
      const patient = await fixture.newPatient();
      const first = await fixture.version(patient.id, gatewayOf(patient), { provider: 'prv_cloud-b' });
      await fixture.store(first, fixture.providers.b);
      const second = await fixture.version(patient.id, gatewayOf(patient), { record: first.record });
      expect(await problemOf(fixture.store(second))).toMatchObject({
        code: 'RECORD_EXISTS',
        manifestHash: first.manifestHash,
        providerId: 'prv_cloud-b',
      });
    });

    test('an id that belongs to another author’s seed is refused before anything is asked of the ledger', async () => {
      const patient = await fixture.newPatient();
      const honest = await fixture.version(patient.id, gatewayOf(patient));
      const squatter = await fixture.version(patient.id, authorOf(fixture.lab), { record: honest.record });
      expect(await problemOf(fixture.store(squatter))).toMatchObject({
        code: 'RECORD_REFUSED',
        reason: 'RECORD_ID_MISMATCH',
      });
    });

    test('an authority without a grant to write is told so, and nothing of it is kept', async () => {
      const { a } = fixture.providers;
      const patient = await fixture.newPatient();
      const unentitled = await fixture.version(patient.id, authorOf(fixture.lab));
      expect(await problemOf(fixture.store(unentitled))).toMatchObject({
        code: 'RECORD_REFUSED',
        reason: 'NO_GRANT',
      });
      expect(hasBlob(a, unentitled)).toBe(false);
      await fixture.decree('Grant', patient.grant('aut_lab', { permissions: ['write'] }));
      expect((await fixture.store(unentitled)).recordId).toBe(unentitled.record.recordId);
    });

    test('a token carries no other organisation’s version, whoever signed that', async () => {
      const patient = await fixture.newPatient();
      const made = await fixture.version(patient.id, gatewayOf(patient));
      for (const mspId of ['HospitalMSP', 'CloudBMSP'])
        expect(await problemOf(fixture.store(made, fixture.providers.a, mspId))).toMatchObject({
          code: 'ORGANISATION_MISMATCH',
        });
    });

    test('a set without the patient or the author is not taken', async () => {
      const patient = await fixture.newPatient();
      await fixture.decree('Grant', patient.grant('aut_lab', { permissions: ['write'] }));
      for (const recipients of [[patient.id], ['aut_lab']])
        expect(
          await problemOf(
            fixture.store(await fixture.version(patient.id, authorOf(fixture.lab), { recipients })),
          ),
        ).toMatchObject({ code: 'WRAPS_REFUSED', reason: 'RECIPIENT_MISSING' });
    });

    test('a set or a manifest that somebody else signed is not taken', async () => {
      const patient = await fixture.newPatient();
      const { signer } = generateEd25519();
      const made = await fixture.version(patient.id, gatewayOf(patient));
      const { record, version, manifestHash, wraps, request } = made;
      const wrapSet = makeWrapSet({ recordId: record.recordId, version, manifestHash, wraps }, signer);
      expect(await problemOf(fixture.store({ ...made, request: { ...request, wrapSet } }))).toMatchObject({
        code: 'WRAPS_REFUSED',
        reason: 'WRAP_SIGNER_UNKNOWN',
      });
      // The statement is the gateway’s own, about a manifest that is not.
      const foreign = await fixture.version(patient.id, { ...gatewayOf(patient), signer }, { record });
      const statement = fixture.statementAbout(foreign, gatewayOf(patient));
      expect(
        await problemOf(fixture.store({ ...foreign, request: { ...foreign.request, statement } })),
      ).toMatchObject({ code: 'MANIFEST_REFUSED', reason: 'MANIFEST_SIGNER_UNKNOWN' });
    });

    test('one organisation that fills its quota is told to wait, and keeps no other one out', async () => {
      const patient = await fixture.newPatient();
      await fixture.decree('Grant', patient.grant('aut_lab', { permissions: ['write'] }));
      const many = await Promise.all(
        Array.from({ length: 4 * QUOTA.versionsMax }, () =>
          fixture.version(patient.id, authorOf(fixture.lab)),
        ),
      );
      const own = await fixture.version(patient.id, gatewayOf(patient));
      // All of one patient, so that they wait for one another.
      const blocks: number[] = [];
      const outcomes = many.map((made) =>
        problemOf(fixture.store(made).then(({ blockNumber }) => blocks.push(blockNumber))),
      );
      const { blockNumber } = await fixture.store(own);
      const codes = (await Promise.all(outcomes)).map(({ code }) => code);
      expect(blockNumber).toBeLessThan(Math.max(...blocks));
      expect(codes.filter((code) => code === undefined).length).toBeGreaterThanOrEqual(QUOTA.versionsMax);
      const [late] = many.filter((_made, index) => codes[index] === 'TOO_MANY_REQUESTS');
      if (late === undefined) throw new Error('Nobody was told to wait');
      expect((await fixture.store(late)).recordId).toBe(late.record.recordId);
    });
  });
}
