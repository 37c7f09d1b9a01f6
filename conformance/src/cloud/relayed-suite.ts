import { randomBytes } from 'node:crypto';
import type { StatementBody } from '@careledger/contracts';
import { toBase64url } from '@careledger/crypto';
import { TxId } from '@careledger/domain';
import { PROVIDER_ROUTES, ReadingsAnswer, RevocationAnswer } from '@careledger/protocol';
import { describe, expect, test } from '@jest/globals';
import { Type } from 'typebox';
import { gatewayOf, type MadeVersion } from '../fixtures/providers/made-version.js';
import { problemOf } from '../fixtures/providers/problem-of.js';
import type { CloudFixture } from '../fixtures/providers/cloud-fixture.js';

/** What a provider takes to the ledger for others. */
export function describeRelayed(fixture: CloudFixture): void {
  const revoke = (statement: string, as: string) =>
    fixture.providers.a
      .as(as)
      .call('POST', PROVIDER_ROUTES.revocations, { body: { statement }, result: RevocationAnswer });
  const report = (statements: readonly string[], as: string) =>
    fixture.providers.a
      .as(as)
      .call('POST', PROVIDER_ROUTES.readings, { body: { statements }, result: ReadingsAnswer });

  const readingOf = (
    { patientId, record, version, manifestHash }: MadeVersion,
    body: Partial<StatementBody<'noticeReading'>> = {},
    by = fixture.hospital,
  ) =>
    by.sign(
      'noticeReading',
      {
        patientId,
        recordId: record.recordId,
        version,
        manifestHash,
        purpose: 'TREAT',
        granteeTags: [],
        readAt: '2026-03-01T10:30:00Z',
        decidedBy: 'mirror',
        ...body,
      },
      by.signer,
      { channels: ['cloud'] },
    );

  describe('a revocation', () => {
    test('only the patients’ operator can relay a revocation: any member does', async () => {
      for (const mspId of ['HospitalMSP', 'LabMSP', 'CloudBMSP', 'PatientsMSP']) {
        const patient = await fixture.newPatient();
        const grantId = await fixture.decree('Grant', patient.grant('aut_hospital'));
        const statement = patient.revoke(grantId);
        const answer = await revoke(statement, mspId);
        const height = await fixture.height();
        expect(await revoke(statement, mspId)).toEqual({ ...answer, already: true });
        expect(await fixture.height()).toBe(height);
        expect(
          await fixture.providers.network.evaluate('patients client', 'cloud', 'ListGrants', {
            patientId: patient.id,
          }),
        ).toMatchObject({ rows: [{ grantId, revokedAt: expect.any(String) }] });
      }
    });

    test('that the patient did not sign, or that revokes nothing here, fills no block', async () => {
      const patient = await fixture.newPatient();
      const stranger = await fixture.newPatient();
      const before = await fixture.height();
      const forged = patient.sign('revokeAll', { policySeq: 1 }, stranger.consent);
      expect(await problemOf(revoke(forged, 'HospitalMSP'))).toMatchObject({
        code: 'LEDGER_REFUSED',
        reason: 'STATEMENT_KEY_UNKNOWN',
      });
      const veto = patient.sign(
        'rejectSubscription',
        { subscriptionId: toBase64url(randomBytes(16)) },
        patient.consent,
      );
      expect(await problemOf(revoke(veto, 'HospitalMSP'))).toMatchObject({
        code: 'LEDGER_REFUSED',
        reason: 'STATEMENT_TYPE_MISMATCH',
      });
      expect(await fixture.height()).toBe(before);
    });
  });

  describe('readings of emergency notices', () => {
    test('are written down with what the ledger says to them, several of one patient as well', async () => {
      const patient = await fixture.newPatient();
      const other = await fixture.newPatient();
      await fixture.decree('Grant', patient.grant('aut_hospital'));
      const made = await fixture.version(patient.id, gatewayOf(patient));
      const foreign = await fixture.version(other.id, gatewayOf(other));
      for (const version of [made, foreign]) await fixture.store(version);
      const statements = [readingOf(made), readingOf(foreign), readingOf(made)];
      const { items } = await report(statements, 'HospitalMSP');
      expect(items.map(({ code }) => code)).toEqual(['OK', 'OK', 'OK']);
      expect(await report(statements, 'HospitalMSP')).toEqual({ items });
      const accesses = async (patientId: string) =>
        fixture.providers.network.evaluate('patients client', 'cloud', 'ListAccesses', {
          patientId,
        });
      expect(await accesses(patient.id)).toMatchObject({
        rows: [
          { basis: 'notice', decision: 'permit' },
          { basis: 'notice', decision: 'permit' },
        ],
      });
      expect(await accesses(other.id)).toMatchObject({ rows: [{ basis: 'notice', decision: 'deny' }] });
    });

    test('of another authority are not taken', async () => {
      const patient = await fixture.newPatient();
      const made = await fixture.version(patient.id, gatewayOf(patient));
      for (const mspId of ['LabMSP', 'PatientsMSP'])
        expect(await problemOf(report([readingOf(made)], mspId))).toMatchObject({
          code: 'ORGANISATION_MISMATCH',
        });
    });
  });

  test('a visit of another authority is not related', async () => {
    const patient = await fixture.newPatient();
    const { hospital } = fixture;
    const statement = hospital.sign(
      'visit',
      {
        patientId: patient.id,
        at: '2026-03-01T10:30:00Z',
        dataHash: toBase64url(randomBytes(32)),
        location: 'sealed',
      },
      hospital.signer,
    );
    const relate = (as: string) =>
      fixture.providers.a.as(as).call('POST', PROVIDER_ROUTES.visits, {
        body: { statement },
        result: Type.Object({ txId: TxId }),
      });
    expect(await problemOf(relate('LabMSP'))).toMatchObject({ code: 'ORGANISATION_MISMATCH' });
    expect((await relate('HospitalMSP')).txId).toMatch(/^[0-9a-f]{64}$/);
  });
}
