import { newSigner, publicKeyOf } from '@careledger/chaincode-runtime/testing';
import { randomId128 } from '@careledger/crypto';
import { describe, expect, test } from '@jest/globals';
import { HOSPITAL_ID, announcementOf, anchorOf, nowS, storeOf, type Actors } from './actors.js';
import { codeOf } from '../fixtures/chaincode/chaincode-network.js';

/** Statements that nobody should get through with, alone and in batches. */
export function describeStatements(actors: Actors): void {
  const { network, stranger, newPatient, requestOf, codes, grant, store, request, patientWithRecord } =
    actors;

  describe('a statement', () => {
    test('signed by another patient is refused and changes nothing', async () => {
      const { patient, recordId } = await patientWithRecord();
      const forger = await newPatient();
      const forged = forger.grant(HOSPITAL_ID, {}, { iss: patient.id });
      expect(await grant(forged)).toEqual(['STATEMENT_KEY_UNKNOWN']);
      expect(await request(requestOf(patient, recordId))).toMatchObject({
        decision: 'deny',
        reason: 'NO_GRANT',
      });
    });

    test('with a wrong signature is refused', async () => {
      const patient = await newPatient();
      const [header = '', payload = ''] = patient.grant(HOSPITAL_ID).split('.');
      const [, , signature = ''] = patient.grant(HOSPITAL_ID).split('.');
      expect(await grant(`${header}.${payload}.${signature}`)).toEqual(['STATEMENT_SIGNATURE_INVALID']);
    });

    test('that is replayed, by whomever, returns the first result and transaction', async () => {
      const patient = stranger();
      const statement = patient.registration();
      const args = { statement };
      const first = await network().submit('patients enroller', 'cloud', 'RegisterPatient', args);
      const again = await network().submit('patients enroller', 'cloud', 'RegisterPatient', args);
      expect(again.result).toEqual({ sid: expect.any(String), code: 'OK', txId: first.transactionId });
      expect(again.transactionId).not.toBe(first.transactionId);
    });

    test('whose id was used for other content is refused', async () => {
      const patient = await newPatient();
      const sid = randomId128();
      expect(await grant(patient.grant(HOSPITAL_ID, {}, { sid }))).toEqual(['OK']);
      expect(await grant(patient.grant(HOSPITAL_ID, {}, { sid }))).toEqual(['STATEMENT_ID_REUSED']);
    });

    test('for another network, another channel, or of the wrong kind is refused', async () => {
      const patient = await newPatient();
      expect(
        await grant(
          patient.grant(HOSPITAL_ID, {}, { aud: 'production' }),
          patient.grant(HOSPITAL_ID, {}, { channels: ['authorities'] }),
          patient.revokeAll(),
        ),
      ).toEqual(['STATEMENT_AUDIENCE_MISMATCH', 'STATEMENT_CHANNEL_MISMATCH', 'STATEMENT_TYPE_MISMATCH']);
    });

    test('with a clock far ahead is refused', async () => {
      const patient = await newPatient();
      const early = patient.grant(HOSPITAL_ID, {}, { iat: nowS() + 3_600 });
      expect(await grant(early)).toEqual(['STATEMENT_FROM_FUTURE']);
    });

    test('signed by a key that was rotated since is refused: store, announce, anchor and grant', async () => {
      const patient = await newPatient();
      const old = [
        storeOf(patient),
        announcementOf(patient),
        anchorOf(patient),
        patient.grant(HOSPITAL_ID),
      ] as const;
      for (const use of ['gateway', 'consent'] as const) {
        const next = newSigner();
        const body = { use, newKey: publicKeyOf(next), newKeyProof: patient.proofOf(next) };
        const statement = patient.sign('rotatePatientKey', body, patient.consent);
        for (const channel of ['cloud', 'authorities'] as const)
          await network().submit('patients client', channel, 'RotatePatientKey', {
            statement,
          });
      }
      const refused = ['STATEMENT_KEY_UNKNOWN'];
      expect(await store(old[0])).toEqual(refused);
      expect(await codes('patients client', 'authorities', 'AnnounceRecords', [old[1]])).toEqual(refused);
      expect(await codes('patients client', 'authorities', 'AnchorHeads', [old[2]])).toEqual(refused);
      expect(await grant(old[3])).toEqual(refused);
    });
  });

  describe('a batch with bad items', () => {
    test('gives each its code and carries out the others', async () => {
      const [a, b] = [await newPatient(), await newPatient()];
      const unknown = stranger();
      const items = [storeOf(a), 'not.a.statement', storeOf(unknown), storeOf(a), storeOf(b)];
      expect(await store(...items)).toEqual([
        'OK',
        'STATEMENT_MALFORMED',
        'PATIENT_UNKNOWN',
        'BATCH_DUPLICATE_SUBJECT',
        'OK',
      ]);
    });

    test('that is too long, or no batch at all, fails with a code', async () => {
      const items = new Array<string>(201).fill('a.b.c');
      const submit = (args: unknown) => network().submit('patients client', 'cloud', 'Grant', args);
      expect(await codeOf(submit({ items }))).toBe('ARGUMENT_INVALID');
      expect(await codeOf(submit({ items: [], more: true }))).toBe('ARGUMENT_INVALID');
      expect(await codeOf(submit('text'))).toBe('ARGUMENT_INVALID');
    });

    test('of one oversized statement gives that one its code', async () => {
      const patient = await newPatient();
      expect(await grant(`a.${'b'.repeat(40_000)}.c`, patient.grant(HOSPITAL_ID))).toEqual([
        'STATEMENT_TOO_LARGE',
        'OK',
      ]);
    });
  });
}
