import { STATEMENTS, accessControl } from '@careledger/contracts';
import { fromBase64url, generateEd25519, kidOf } from '@careledger/crypto';
import { readWrap } from '@careledger/envelope';
import { HeldWraps, PROVIDER_ROUTES } from '@careledger/protocol';
import { makeStatement } from '@careledger/statements';
import { describe, expect, test } from '@jest/globals';
import { clientOf } from '../../fixtures/services/test-home.js';
import { PASSPHRASE, glucose, type GatewayFixture } from '../../fixtures/services/gateway-fixture.js';
import {
  HOUR_MS,
  MINUTE_MS,
  START_MS,
  listed,
  openAtHospital,
  subscribed,
  type ListedRecord,
} from './subscribed-patient.js';

/** What grants, denials and revocations open and close. */
export function describeConsent(fixture: () => GatewayFixture): void {
  describe('consent', () => {
    /** Whose wraps a provider holds, by thumbprint. */
    const wrapsOf = async (record: ListedRecord | undefined) => {
      if (record === undefined) throw new Error('There is no such record');
      const { recordId, version, providerId } = record;
      const provider = fixture().layers.provider(providerId.slice('prv_'.length));
      const { wraps } = await clientOf(provider).call('GET', PROVIDER_ROUTES.wraps(recordId, version), {
        result: HeldWraps,
      });
      return wraps.map((jwe) => readWrap(jwe).kid);
    };

    test('a grant opens earlier records too, and its revocation closes them', async () => {
      const patient = await fixture().patient();
      await using device = await fixture().device(patient);
      for (const minute of [0, 5, 10]) await device.send([glucose(START_MS + minute * MINUTE_MS, 120)]);
      await fixture().own(patient, 'POST', '/flush');
      const [record] = await listed(fixture(), patient);
      const recordId = String(record?.recordId);
      expect((await openAtHospital(fixture(), patient, recordId)).status).toBe(403);
      const granted = await fixture().own(patient, 'POST', '/grants', {
        grant: {
          authorityId: 'aut_hospital',
          permissions: ['read'],
          purposes: ['TREAT'],
          scope: [{ category: 'laboratory', resourceType: 'Observation' }],
        },
        passphrase: PASSPHRASE,
      });
      expect(granted).toMatchObject({ status: 'done' });
      expect(await fixture().own(patient, 'POST', '/flush')).toMatchObject({ isDrained: true, rewraps: 0 });
      expect((await openAtHospital(fixture(), patient, recordId)).status).toBe(200);
      const grantId = String(granted['statementId']);
      const revoked = await fixture().own(patient, 'POST', `/grants/${grantId}/revoke`, {
        passphrase: PASSPHRASE,
      });
      expect(revoked).toMatchObject({ status: 'done' });
      expect((await openAtHospital(fixture(), patient, recordId)).body).toMatchObject({
        code: 'ACCESS_DENIED',
      });
      const { grants } = await fixture().own(patient, 'GET', '/grants');
      expect(grants).toEqual([expect.objectContaining({ grantId, status: 'revoked' })]);
    });

    test('whoever is revoked has no wrap left at the provider, for any record; the patient has', async () => {
      const patient = await fixture().patient();
      await using device = await fixture().device(patient);
      const grant = { authorityId: 'aut_hospital', permissions: ['read'], purposes: ['TREAT'] };
      const granted = await fixture().own(patient, 'POST', '/grants', { grant, passphrase: PASSPHRASE });
      for (const hour of [0, 1]) await device.send([glucose(START_MS + hour * HOUR_MS, 120)]);
      await fixture().own(patient, 'POST', '/flush');
      const made = await listed(fixture(), patient);
      const { encryptionKeys } = await fixture()
        .layers.patientsLedger.channel('cloud')
        .evaluate(accessControl, 'GetPatient', { patientId: patient.patientId });
      const own = encryptionKeys.map(({ key }) => kidOf('X25519', fromBase64url(key)));
      for (const record of made) expect(await wrapsOf(record)).toHaveLength(2);
      const path = `/grants/${String(granted['statementId'])}/revoke`;
      await fixture().own(patient, 'POST', path, { passphrase: PASSPHRASE });
      expect(await fixture().own(patient, 'POST', '/flush')).toMatchObject({ isDrained: true, rewraps: 0 });
      expect(made).toHaveLength(2);
      for (const record of made) expect(await wrapsOf(record)).toEqual(own);
    });

    test('a key that the gateway keeps is rotated under its passphrase: what was granted stands, decisions go on', async () => {
      const patient = await fixture().patient();
      await using device = await fixture().device(patient);
      const grant = { authorityId: 'aut_hospital', permissions: ['read'], purposes: ['TREAT'] };
      await fixture().own(patient, 'POST', '/grants', { grant, passphrase: PASSPHRASE });
      const keys = async () =>
        (
          await fixture()
            .layers.patientsLedger.channel('cloud')
            .evaluate(accessControl, 'GetPatient', { patientId: patient.patientId })
        ).consentKeys.map(({ until }) => until === undefined);
      for (const rotations of [1, 2]) {
        expect(
          await fixture().own(patient, 'POST', '/keys/rotate', { passphrase: PASSPHRASE }),
        ).toMatchObject({ status: 'done' });
        expect(await keys()).toEqual([...Array.from({ length: rotations }, () => false), true]);
      }
      await device.send([glucose(START_MS, 120)]);
      await fixture().own(patient, 'POST', '/flush');
      const [record] = await listed(fixture(), patient);
      expect((await openAtHospital(fixture(), patient, String(record?.recordId))).status).toBe(200);
      expect(await fixture().own(patient, 'GET', '/chain/verify')).toMatchObject({ report: { ok: true } });
      const revoked = await fixture().own(patient, 'POST', '/grants/revoke-all', { passphrase: PASSPHRASE });
      expect(revoked).toMatchObject({ status: 'done' });
      expect((await openAtHospital(fixture(), patient, String(record?.recordId))).status).toBe(403);
    });

    test('a denial closes what is granted, by each of its terms, until it is revoked', async () => {
      const patient = await fixture().patient();
      await using device = await fixture().device(patient);
      const grant = { authorityId: 'aut_hospital', permissions: ['read'], purposes: ['TREAT'] };
      await fixture().own(patient, 'POST', '/grants', { grant, passphrase: PASSPHRASE });
      await device.send([glucose(START_MS, 120)]);
      await fixture().own(patient, 'POST', '/flush');
      const [record] = await listed(fixture(), patient);
      const recordId = String(record?.recordId);
      const hour = (n: number) => new Date(START_MS + n * HOUR_MS).toISOString();
      const scopeOf = (category: string) => ({ scope: [{ category, resourceType: 'Observation' }] });
      const laboratory = scopeOf('laboratory');
      const closing = [
        { authorityId: 'aut_hospital' },
        {},
        laboratory,
        { authorityId: 'aut_hospital', permissions: ['read'], purposes: ['TREAT'], ...laboratory },
        { period: { start: hour(-1), end: hour(2) } },
      ];
      const leaving = [
        scopeOf('vital-signs'),
        { permissions: ['write', 'modify'] },
        { purposes: ['HRESCH'] },
        { period: { start: hour(24), end: hour(48) } },
        { from: new Date(Date.now() + 24 * HOUR_MS).toISOString() },
      ];
      const deny = (denial: object) =>
        fixture().own(patient, 'POST', '/denials', { denial, passphrase: PASSPHRASE });
      for (const denial of closing) {
        const made = await deny(denial);
        const denied = await openAtHospital(fixture(), patient, recordId);
        expect([denial, denied]).toEqual([
          denial,
          expect.objectContaining({ body: expect.objectContaining({ reason: 'DENIED_BY_RULE' }) }),
        ]);
        const path = `/grants/${String(made['statementId'])}/revoke`;
        await fixture().own(patient, 'POST', path, { passphrase: PASSPHRASE });
      }
      for (const denial of leaving) await deny(denial);
      await fixture().own(patient, 'POST', '/flush');
      expect((await openAtHospital(fixture(), patient, recordId)).status).toBe(200);
      const [{ denials }, { grants }] = [
        await fixture().own(patient, 'GET', '/denials'),
        await fixture().own(patient, 'GET', '/grants'),
      ];
      expect((denials as { status: string }[]).map(({ status }) => status)).toEqual([
        ...closing.map(() => 'revoked'),
        ...leaving.map(() => 'active'),
      ]);
      expect(grants).toEqual([expect.objectContaining({ status: 'active' })]);
    });

    test('what is denied has no wrap left at the provider', async () => {
      const patient = await fixture().patient();
      await using device = await fixture().device(patient);
      const grant = { authorityId: 'aut_hospital', permissions: ['read'], purposes: ['TREAT'] };
      await fixture().own(patient, 'POST', '/grants', { grant, passphrase: PASSPHRASE });
      await device.send([glucose(START_MS, 120)]);
      await fixture().own(patient, 'POST', '/flush');
      const [record] = await listed(fixture(), patient);
      expect(await wrapsOf(record)).toHaveLength(2);
      const denial = { scope: [{ category: 'laboratory', resourceType: '*' }] };
      await fixture().own(patient, 'POST', '/denials', { denial, passphrase: PASSPHRASE });
      expect(await fixture().own(patient, 'POST', '/flush')).toMatchObject({ isDrained: true, rewraps: 0 });
      expect(await wrapsOf(record)).toHaveLength(1);
    });

    test('a grant for a time opens the records of that time, and no others', async () => {
      const patient = await fixture().patient();
      await using device = await fixture().device(patient);
      for (const hour of [0, 1]) await device.send([glucose(START_MS + hour * HOUR_MS, 120)]);
      await fixture().own(patient, 'POST', '/flush');
      const period = {
        start: new Date(START_MS - HOUR_MS).toISOString(),
        end: new Date(START_MS + HOUR_MS).toISOString(),
      };
      const grant = { authorityId: 'aut_hospital', permissions: ['read'], purposes: ['TREAT'], period };
      await fixture().own(patient, 'POST', '/grants', { grant, passphrase: PASSPHRASE });
      await fixture().own(patient, 'POST', '/flush');
      const made = await listed(fixture(), patient);
      const opened = await Promise.all(
        made.map(({ recordId }) => openAtHospital(fixture(), patient, recordId)),
      );
      expect(opened.map(({ status }) => status).sort()).toEqual([200, 403]);
      expect(opened.find(({ status }) => status === 403)?.body).toMatchObject({
        reason: 'SCOPE_NOT_GRANTED',
      });
    });

    test('a grant that does not cover a record’s category does not open it', async () => {
      const patient = await fixture().patient();
      await using device = await fixture().device(patient);
      await fixture().own(patient, 'POST', '/grants', {
        grant: {
          authorityId: 'aut_hospital',
          permissions: ['read'],
          purposes: ['TREAT'],
          scope: [{ category: 'vital-signs', resourceType: 'Observation' }],
        },
        passphrase: PASSPHRASE,
      });
      await device.send([glucose(START_MS, 120)]);
      await fixture().own(patient, 'POST', '/flush');
      const [record] = await listed(fixture(), patient);
      expect((await openAtHospital(fixture(), patient, String(record?.recordId))).body).toMatchObject({
        code: 'ACCESS_DENIED',
        reason: 'SCOPE_NOT_GRANTED',
      });
    });

    test('a wrong passphrase, another patient’s statement and an unknown authority change nothing', async () => {
      const patient = await fixture().patient();
      const grant = { authorityId: 'aut_hospital', permissions: ['read'], purposes: ['TREAT'] };
      const path = `/v1/patients/${patient.patientId}/grants`;
      const wrong = await fixture().call(
        'POST',
        path,
        { grant, passphrase: 'not the passphrase' },
        patient.token,
      );
      expect([wrong.status, wrong.body['code']]).toEqual([403, 'CONSENT_KEY_LOCKED']);
      const { signer } = generateEd25519();
      const forged = makeStatement(
        {
          typ: STATEMENTS.revokeAll.typ,
          iss: patient.patientId,
          aud: 'devnet',
          channels: ['cloud', 'authorities'],
          body: { policySeq: 1 },
        },
        signer,
      );
      const refused = await fixture().call(
        'POST',
        `${path}/revoke-all`,
        { statement: forged },
        patient.token,
      );
      expect([refused.status, refused.body['code']]).toEqual([422, 'CONSENT_STATEMENT_REFUSED']);
      const nobody = { ...grant, authorityId: 'aut_nobody' };
      const unknown = await fixture().call(
        'POST',
        path,
        { grant: nobody, passphrase: PASSPHRASE },
        patient.token,
      );
      expect([unknown.status, unknown.body['code']]).toEqual([404, 'AUTHORITY_UNKNOWN']);
      expect(await fixture().own(patient, 'GET', '/grants')).toMatchObject({ grants: [] });
    });

    test('what is revoked already is revoked by the same transactions, and by no others', async () => {
      const patient = await fixture().patient();
      const grant = { authorityId: 'aut_hospital', permissions: ['read'], purposes: ['TREAT'] };
      const granted = await fixture().own(patient, 'POST', '/grants', { grant, passphrase: PASSPHRASE });
      const one = `/grants/${String(granted['statementId'])}/revoke`;
      for (const path of [one, '/grants/revoke-all']) {
        const first = await fixture().own(patient, 'POST', path, { passphrase: PASSPHRASE });
        expect(first).toMatchObject({ status: 'done' });
        expect(first).not.toHaveProperty('already');
        const again = await fixture().own(patient, 'POST', path, { passphrase: PASSPHRASE });
        expect(again).toEqual({ ...first, already: true });
      }
      // Each decision of a patient's raises the version by one.
      for (const channel of ['authorities', 'cloud'] as const) {
        const { version } = await fixture()
          .layers.patientsLedger.channel(channel)
          .evaluate(accessControl, 'GetPolicyVersion', { patientId: patient.patientId });
        expect([channel, version]).toEqual([channel, 3]);
      }
    });

    test('revoke-all voids what was granted before', async () => {
      const { patient, device } = await subscribed(fixture());
      expect(
        await fixture().own(patient, 'POST', '/grants/revoke-all', { passphrase: PASSPHRASE }),
      ).toMatchObject({
        status: 'done',
      });
      await device.send([glucose(START_MS, 130)]);
      await fixture().own(patient, 'POST', '/flush');
      const [record] = await listed(fixture(), patient);
      expect((await openAtHospital(fixture(), patient, String(record?.recordId))).body).toMatchObject({
        code: 'ACCESS_DENIED',
      });
      await device.close();
    });
  });
}
