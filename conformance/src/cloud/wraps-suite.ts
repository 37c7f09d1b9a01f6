import type { TestPatient } from '@careledger/chaincode-runtime/testing';
import { generateEd25519, generateX25519, nodeVerifier, randomId128 } from '@careledger/crypto';
import { checkWrapSet, readManifest, readWrapSet, wrapKey } from '@careledger/envelope';
import { everyKey } from '@careledger/policy';
import { describe, expect, test } from '@jest/globals';
import { authorOf, gatewayOf, type Author, type MadeVersion } from '../fixtures/providers/made-version.js';
import { problemOf } from '../fixtures/providers/problem-of.js';
import type { CloudFixture } from '../fixtures/providers/cloud-fixture.js';

/** Who may change who can read a version. */
export function describeWraps(fixture: CloudFixture): void {
  /** A version of a patient who grants it to hospital and lab, wrapped to both. */
  const granted = async () => {
    const patient = await fixture.newPatient();
    const hospitalGrant = await fixture.decree('Grant', patient.grant('aut_hospital'));
    await fixture.decree('Grant', patient.grant('aut_lab'));
    const recipients = [patient.id, 'aut_hospital', 'aut_lab'];
    const made = await fixture.version(patient.id, gatewayOf(patient), { recipients });
    await fixture.store(made);
    return { patient, made, hospitalGrant };
  };
  const without = ({ wraps }: MadeVersion, ...kids: readonly string[]) =>
    wraps.filter(({ kid }) => !kids.includes(kid));
  const signedBy = (patient: TestPatient, made: MadeVersion, seq: number, wraps = made.wraps) =>
    fixture.replaceWraps(made, { seq, wraps, signer: patient.gateway });

  describe('the wraps of a version', () => {
    test('are handed out whole to the operator and the author’s organisation, and to nobody else', async () => {
      const { patient, made } = await granted();
      const held = await fixture.heldWraps(made, 'PatientsMSP');
      expect(held).toMatchObject({ wrapSet: made.request.wrapSet, wraps: made.request.wraps });
      const { gatewayKeys } = await fixture.patientState(patient.id);
      const { signingKeys } = await fixture.providerState('prv_cloud-a');
      // Its acceptance lets a reader trust the set once the gateway has another key.
      const retired = gatewayKeys.map((period) => ({ ...period, until: '2999-01-01T00:00:00Z' }));
      const set = checkWrapSet(held.wrapSet, made.request.manifest, readManifest(made.request.manifest), {
        author: retired,
        gateway: [],
        acceptance: { token: held.acceptance, keys: everyKey(signingKeys) },
        verifier: nodeVerifier(),
      });
      expect(set.seq).toBe(1);
      for (const mspId of ['HospitalMSP', 'LabMSP', 'CloudBMSP'])
        expect(await problemOf(fixture.heldWraps(made, mspId))).toMatchObject({
          code: 'ORGANISATION_MISMATCH',
        });
    });

    test('can be replaced with fewer recipients only where their grants are gone', async () => {
      const { patient, made, hospitalGrant } = await granted();
      const hospital = await fixture.kidOf('aut_hospital');
      expect(await problemOf(signedBy(patient, made, 2, without(made, hospital)))).toMatchObject({
        code: 'WRAPS_MISMATCH',
        keep: [hospital],
        drop: [],
      });
      await fixture.decree('Revoke', patient.revoke(hospitalGrant));
      expect(await problemOf(signedBy(patient, made, 2))).toMatchObject({
        code: 'WRAPS_MISMATCH',
        keep: [],
        drop: [hospital],
      });
      const { acceptance } = await signedBy(patient, made, 2, without(made, hospital));
      const held = await fixture.heldWraps(made, 'PatientsMSP');
      expect(held).toMatchObject({ acceptance, wraps: without(made, hospital).map(({ jwe }) => jwe) });
      expect(readWrapSet(held.wrapSet).seq).toBe(2);
    });

    test('of patient and author stay, whatever is granted', async () => {
      const patient = await fixture.newPatient();
      const grant = await fixture.decree(
        'Grant',
        patient.grant('aut_lab', { permissions: ['write'], scopeTags: [] }),
      );
      const made = await fixture.version(patient.id, authorOf(fixture.lab));
      await fixture.store(made);
      await fixture.decree('Revoke', patient.revoke(grant));
      for (const owner of [patient.id, 'aut_lab']) {
        const kid = await fixture.kidOf(owner);
        expect(await problemOf(signedBy(patient, made, 2, without(made, kid)))).toMatchObject({
          keep: [kid],
        });
      }
      expect((await fixture.heldWraps(made, 'LabMSP')).wrapSet).toBe(made.request.wrapSet);
    });

    test('for a former key of the patient’s go once the key in force has one, and not before', async () => {
      const { patient, made } = await granted();
      const former = await fixture.kidOf(patient.id);
      const { publicKey, kid } = generateX25519();
      const subject = { contentKey: made.contentKey, recordId: made.record.recordId, version: 1 };
      const present = await wrapKey(made.contentKey, subject, { publicKey });
      const next = [...without(made, former), present];
      expect(await problemOf(signedBy(patient, made, 2, next))).toMatchObject({ drop: [kid] });
      await fixture.rotateEncryption(patient, publicKey);
      expect(await problemOf(signedBy(patient, made, 2, without(made, former)))).toMatchObject({
        ...{ code: 'WRAPS_MISMATCH', keep: [former], drop: [] },
      });
      await signedBy(patient, made, 2, next);
      expect(await problemOf(signedBy(patient, made, 3, without(made, former)))).toMatchObject({
        keep: [kid],
      });
      expect((await fixture.heldWraps(made, 'PatientsMSP')).wraps).toEqual(next.map(({ jwe }) => jwe));
    });

    test('go to whoever was granted since, and to no one else', async () => {
      const patient = await fixture.newPatient();
      const made = await fixture.version(patient.id, gatewayOf(patient));
      await fixture.store(made);
      const subject = { contentKey: made.contentKey, recordId: made.record.recordId, version: 1 };
      const wraps = [...made.wraps, ...(await fixture.wrap(subject, ['aut_hospital']))];
      const hospital = await fixture.kidOf('aut_hospital');
      expect(await problemOf(signedBy(patient, made, 2, wraps))).toMatchObject({ drop: [hospital] });
      await fixture.decree('Grant', patient.grant('aut_hospital'));
      await signedBy(patient, made, 2, wraps);
      const stranger = await wrapKey(made.contentKey, subject, { publicKey: generateX25519().publicKey });
      expect(await problemOf(signedBy(patient, made, 3, [...wraps, stranger]))).toMatchObject({
        drop: [stranger.kid],
      });
    });

    test('go to nobody to whom something is denied, where another author says what the version holds', async () => {
      const [vital, laboratory] = [randomId128(), randomId128()];
      const patient = await fixture.newPatient();
      await fixture.decree('Grant', patient.grant('aut_lab', { permissions: ['write'] }));
      await fixture.decree('Grant', patient.grant('aut_hospital'));
      await fixture.decree(
        'Grant',
        patient.grant('aut_hospital', { effect: 'deny', scopeTags: [laboratory] }),
      );
      const hospital = await fixture.kidOf('aut_hospital');
      const replaced = async (author: Author) => {
        const made = await fixture.version(patient.id, author, { tagGroups: [[vital]] });
        await fixture.store(made);
        const subject = { contentKey: made.contentKey, recordId: made.record.recordId, version: 1 };
        const wraps = [...made.wraps, ...(await fixture.wrap(subject, ['aut_hospital']))];
        return signedBy(patient, made, 2, wraps);
      };
      expect(await problemOf(replaced(authorOf(fixture.lab)))).toMatchObject({ drop: [hospital] });
      await expect(replaced(gatewayOf(patient))).resolves.toBeDefined();
    });

    test('are replaced by nobody but the patient’s present gateway: a former key takes no reader away', async () => {
      const { patient, made, hospitalGrant } = await granted();
      await fixture.decree('Revoke', patient.revoke(hospitalGrant));
      const wraps = without(made, await fixture.kidOf('aut_hospital'));
      const former = patient.gateway;
      const present = generateEd25519().signer;
      await fixture.rotate(patient, 'gateway', present);
      const put = (signer = present) => problemOf(fixture.replaceWraps(made, { seq: 2, wraps, signer }));
      expect(await put(former)).toMatchObject({ code: 'WRAPS_REFUSED', reason: 'WRAP_SIGNER_RETIRED' });
      expect(await put(fixture.hospital.signer)).toMatchObject({
        code: 'WRAPS_REFUSED',
        reason: 'WRAP_SIGNER_UNKNOWN',
      });
      expect(
        await problemOf(fixture.replaceWraps(made, { seq: 2, wraps, signer: present }, 'LabMSP')),
      ).toMatchObject({ code: 'ORGANISATION_MISMATCH' });
      expect(await put()).toEqual({ code: undefined });
    });

    test('are replaced one number after the other: a set that comes late or ahead learns what is held', async () => {
      const { patient, made, hospitalGrant } = await granted();
      await fixture.decree('Revoke', patient.revoke(hospitalGrant));
      const wraps = without(made, await fixture.kidOf('aut_hospital'));
      for (const seq of [1, 3, 1_000])
        expect(await problemOf(signedBy(patient, made, seq, wraps))).toMatchObject({
          code: 'WRAPS_SEQ_MISMATCH',
          seq: 1,
        });
      const first = await signedBy(patient, made, 2, wraps);
      expect(await problemOf(signedBy(patient, made, 2, wraps.toReversed()))).toMatchObject({
        code: 'WRAPS_SEQ_MISMATCH',
        seq: 2,
      });
      // The same set again is no replacement: an answer was lost.
      expect(await signedBy(patient, made, 2, wraps)).toEqual(first);
    });

    test('that do not match their set are not taken', async () => {
      const { patient, made } = await granted();
      const [own, ...others] = made.wraps;
      const doubled = own === undefined ? others : [own, own, ...others];
      expect(await problemOf(signedBy(patient, made, 2, doubled))).toMatchObject({
        code: 'WRAPS_REFUSED',
        reason: 'WRAP_MISMATCH',
      });
    });
  });

  describe('a release', () => {
    test('hands out the requester’s wrap alone', async () => {
      const { made } = await granted();
      const hospital = await fixture.kidOf('aut_hospital');
      const { record } = await fixture.request(made, fixture.providers.a);
      const own = made.wraps.find(({ kid }) => kid === hospital);
      expect(record.wrap).toBe(own?.jwe);
      const text = JSON.stringify(record);
      for (const { kid, jwe } of without(made, hospital))
        expect([text.includes(jwe), text.includes(kid)]).toEqual([false, false]);
    });

    test('to who is granted and has no wrap says so', async () => {
      const patient = await fixture.newPatient();
      const made = await fixture.version(patient.id, gatewayOf(patient));
      await fixture.store(made);
      await fixture.decree('Grant', patient.grant('aut_hospital'));
      expect((await fixture.request(made, fixture.providers.a)).record.wrap).toBeNull();
    });

    test('never hands out a break-glass wrap under a grant', async () => {
      const patient = await fixture.newPatient();
      await fixture.decree('Grant', patient.grant('aut_hospital'));
      const made = await fixture.version(patient.id, gatewayOf(patient), {
        recipients: [patient.id],
        breakGlassTo: ['aut_hospital'],
      });
      await fixture.store(made);
      expect((await fixture.request(made, fixture.providers.a)).record.wrap).toBeNull();
    });
  });
}
