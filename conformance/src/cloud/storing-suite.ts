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
import { QUOTA } from './provider-rig.js';
import type { RunningProvider } from '../fixtures/providers/running-provider.js';
import type { Scene } from '../fixtures/providers/cloud-fixture.js';

const hasBlob = (provider: RunningProvider, made: MadeVersion): boolean =>
  existsSync(blobPath(provider, made));

/** Who gets a version into a provider, and for what it signs. */
export function describeStoring(scene: Scene): void {
  describe('storing a version', () => {
    test('gives a receipt, and the same one again to the same statement', async () => {
      const patient = await scene.newPatient();
      const made = await scene.version(patient.id, gatewayOf(patient));
      const answer = await scene.store(made);
      expect(readStoreReceipt(answer.receipt)).toMatchObject({
        manifestHash: made.manifestHash,
        txId: answer.txId,
        blockNumber: answer.blockNumber,
      });
      expect(await Promise.all([scene.store(made), scene.store(made)])).toEqual([answer, answer]);
    });

    test('twice at once is one version with one receipt', async () => {
      const patient = await scene.newPatient();
      const made = await scene.version(patient.id, gatewayOf(patient));
      const [first, second] = await Promise.all([scene.store(made), scene.store(made)]);
      expect(second).toEqual(first);
    });

    test('a provider signs for a version that somebody else put under the same id: a forged one leaves no trace', async () => {
      const { a } = scene.rig;
      const patient = await scene.newPatient();
      const honest = await scene.version(patient.id, gatewayOf(patient));
      const forger: Author = { ...gatewayOf(patient), signer: generateEd25519().signer };
      const forged = await scene.version(patient.id, forger, {
        record: honest.record,
        content: '{"by":"forger"}',
      });
      // While it is answered, and not only after: what is written first would be settled by the honest one's transaction.
      const [refused, answer] = await Promise.all([problemOf(scene.store(forged)), scene.store(honest)]);
      expect(refused).toMatchObject({ code: 'RECORD_REFUSED', reason: 'STATEMENT_KEY_UNKNOWN' });
      expect(readStoreReceipt(answer.receipt).manifestHash).toBe(honest.manifestHash);
      expect([hasBlob(a, forged), hasBlob(a, honest)]).toEqual([false, true]);
      expect((await scene.heldWraps(honest, 'PatientsMSP')).wrapSet).toBe(honest.request.wrapSet);
    });

    test('of two versions that one author signed for one place the ledger’s is kept, and the other learns its hash', async () => {
      const { a } = scene.rig;
      const patient = await scene.newPatient();
      const first = await scene.version(patient.id, gatewayOf(patient));
      const second = await scene.version(patient.id, gatewayOf(patient), {
        record: first.record,
        content: '{"another":1}',
      });
      const outcomes = await Promise.allSettled([scene.store(first), scene.store(second)]);
      const [winner, loser] = outcomes[0]?.status === 'fulfilled' ? [first, second] : [second, first];
      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(await problemOf(scene.store(loser))).toMatchObject({
        code: 'RECORD_EXISTS',
        reason: 'RECORD_EXISTS',
        manifestHash: winner.manifestHash,
        author: patient.id,
      });
      expect([hasBlob(a, loser), hasBlob(a, winner)]).toEqual([false, true]);
      const answer = await scene.store(winner);
      expect(readStoreReceipt(answer.receipt).manifestHash).toBe(winner.manifestHash);
    });

    test('a version that another provider has is refused with the hash of the one that stands there', async () => {
      const patient = await scene.newPatient();
      const first = await scene.version(patient.id, gatewayOf(patient), { provider: 'prv_cloud-b' });
      await scene.store(first, scene.rig.b);
      const second = await scene.version(patient.id, gatewayOf(patient), { record: first.record });
      expect(await problemOf(scene.store(second))).toMatchObject({
        code: 'RECORD_EXISTS',
        manifestHash: first.manifestHash,
        providerId: 'prv_cloud-b',
      });
    });

    test('an id that belongs to another author’s seed is refused before anything is asked of the ledger', async () => {
      const patient = await scene.newPatient();
      const honest = await scene.version(patient.id, gatewayOf(patient));
      const squatter = await scene.version(patient.id, authorOf(scene.lab), { record: honest.record });
      expect(await problemOf(scene.store(squatter))).toMatchObject({
        code: 'RECORD_REFUSED',
        reason: 'RECORD_ID_MISMATCH',
      });
    });

    test('an authority without a grant to write is told so, and nothing of it is kept', async () => {
      const { a } = scene.rig;
      const patient = await scene.newPatient();
      const unentitled = await scene.version(patient.id, authorOf(scene.lab));
      expect(await problemOf(scene.store(unentitled))).toMatchObject({
        code: 'RECORD_REFUSED',
        reason: 'NO_GRANT',
      });
      expect(hasBlob(a, unentitled)).toBe(false);
      await scene.decree('Grant', patient.grant('aut_lab', { permissions: ['write'] }));
      expect((await scene.store(unentitled)).recordId).toBe(unentitled.record.recordId);
    });

    test('a token carries no other organisation’s version, whoever signed that', async () => {
      const patient = await scene.newPatient();
      const made = await scene.version(patient.id, gatewayOf(patient));
      for (const mspId of ['HospitalMSP', 'CloudBMSP'])
        expect(await problemOf(scene.store(made, scene.rig.a, mspId))).toMatchObject({
          code: 'ORGANISATION_MISMATCH',
        });
    });

    test('a set without the patient or the author is not taken', async () => {
      const patient = await scene.newPatient();
      await scene.decree('Grant', patient.grant('aut_lab', { permissions: ['write'] }));
      for (const recipients of [[patient.id], ['aut_lab']])
        expect(
          await problemOf(scene.store(await scene.version(patient.id, authorOf(scene.lab), { recipients }))),
        ).toMatchObject({ code: 'WRAPS_REFUSED', reason: 'RECIPIENT_MISSING' });
    });

    test('a set or a manifest that somebody else signed is not taken', async () => {
      const patient = await scene.newPatient();
      const { signer } = generateEd25519();
      const made = await scene.version(patient.id, gatewayOf(patient));
      const { record, version, manifestHash, wraps, request } = made;
      const wrapSet = makeWrapSet({ recordId: record.recordId, version, manifestHash, wraps }, signer);
      expect(await problemOf(scene.store({ ...made, request: { ...request, wrapSet } }))).toMatchObject({
        code: 'WRAPS_REFUSED',
        reason: 'WRAP_SIGNER_UNKNOWN',
      });
      // The statement is the gateway’s own, about a manifest that is not.
      const foreign = await scene.version(patient.id, { ...gatewayOf(patient), signer }, { record });
      const statement = scene.statementAbout(foreign, gatewayOf(patient));
      expect(
        await problemOf(scene.store({ ...foreign, request: { ...foreign.request, statement } })),
      ).toMatchObject({ code: 'MANIFEST_REFUSED', reason: 'MANIFEST_SIGNER_UNKNOWN' });
    });

    test('one organisation that fills its quota is told to wait, and keeps no other one out', async () => {
      const patient = await scene.newPatient();
      await scene.decree('Grant', patient.grant('aut_lab', { permissions: ['write'] }));
      const many = await Promise.all(
        Array.from({ length: 4 * QUOTA.versionsMax }, () => scene.version(patient.id, authorOf(scene.lab))),
      );
      const own = await scene.version(patient.id, gatewayOf(patient));
      // All of one patient, so that they wait for one another.
      const blocks: number[] = [];
      const outcomes = many.map((made) =>
        problemOf(scene.store(made).then(({ blockNumber }) => blocks.push(blockNumber))),
      );
      const { blockNumber } = await scene.store(own);
      const codes = (await Promise.all(outcomes)).map(({ code }) => code);
      expect(blockNumber).toBeLessThan(Math.max(...blocks));
      expect(codes.filter((code) => code === undefined).length).toBeGreaterThanOrEqual(QUOTA.versionsMax);
      const [late] = many.filter((_made, index) => codes[index] === 'TOO_MANY_REQUESTS');
      if (late === undefined) throw new Error('Nobody was told to wait');
      expect((await scene.store(late)).recordId).toBe(late.record.recordId);
    });
  });
}
