import type { TestPatient } from '@careledger/chaincode-runtime/testing';
import type { StoredRecordState } from '@careledger/contracts';
import type { ChannelName } from '@careledger/domain';
import { allRows, type LedgerPage } from '@careledger/ledger';
import { StatusCode } from '@hyperledger/fabric-gateway';
import { describe, expect, test } from '@jest/globals';
import {
  CLOUD_A_ID,
  HOSPITAL_ID,
  PERIOD,
  announcementOf,
  anchorOf,
  nowS,
  storeOf,
  type Actors,
} from './actors.js';
import { codeOf } from '../fixtures/chaincode/chaincode-network.js';
import type { IdentityName } from '../fixtures/chaincode/identities.js';

/** Who gets at a record, what a revocation overtakes, and what many patients do at once. */
export function describeAccess(actors: Actors): void {
  const { network, newPatient, requestOf, codes, grant, revoke, store, request, patientWithRecord } = actors;

  describe('access', () => {
    test('under an expired grant is denied, and the denial is on record', async () => {
      const { patient, recordId } = await patientWithRecord();
      await grant(patient.grant(HOSPITAL_ID, { until: '2026-01-02T00:00:00Z' }));
      const denied = await request(requestOf(patient, recordId));
      expect(denied).toMatchObject({ decision: 'deny', reason: 'GRANT_EXPIRED', policyVersion: 1 });
      const args = { patientId: patient.id };
      expect(await network().evaluate('hospital client', 'cloud', 'ListAccesses', args)).toEqual({
        rows: [denied],
        bookmark: '',
      });
    });

    test('requested twice is decided once, also after a revocation, and not through another provider', async () => {
      const { patient, recordId } = await patientWithRecord();
      await grant(patient.grant(HOSPITAL_ID));
      const statement = requestOf(patient, recordId);
      const permit = await request(statement);
      expect(permit).toMatchObject({ decision: 'permit', releasingProviderId: CLOUD_A_ID });
      await revoke(patient.revokeAll());
      expect(await request(statement)).toEqual(permit);
      expect(await codeOf(request(statement, 'cloud-b client'))).toBe('RELAY_MISMATCH');
    });

    test('whose request is older than two minutes is refused', async () => {
      const { patient, recordId } = await patientWithRecord();
      const stale = requestOf(patient, recordId, { iat: nowS() - 125 });
      expect(await codeOf(request(stale))).toBe('STATEMENT_EXPIRED');
    });

    test('that a revocation overtook fails to commit: no permit is ordered after it', async () => {
      const { patient, recordId } = await patientWithRecord();
      await grant(patient.grant(HOSPITAL_ID));
      const statement = requestOf(patient, recordId);
      const args = { items: [statement] };
      const permit = await network().endorse('cloud-a client', 'cloud', 'RequestAccess', args);
      expect(JSON.parse(Buffer.from(permit.getResult()).toString())).toMatchObject({
        items: [{ access: { decision: 'permit' } }],
      });
      await revoke(patient.revokeAll());
      const status = await (await permit.submit()).getStatus();
      expect(status).toMatchObject({ successful: false, code: StatusCode.MVCC_READ_CONFLICT });
      expect(await request(statement)).toMatchObject({ decision: 'deny' });
    });

    test('races a revocation many times: every valid permit lies before it', async () => {
      const { patient, recordId } = await patientWithRecord();
      await grant(patient.grant(HOSPITAL_ID));
      const permits = Array.from({ length: 20 }, () =>
        request(requestOf(patient, recordId)).catch((error: unknown) => {
          // Overtaken, or endorsed by two peers of which one was a block ahead: neither is on the ledger.
          expect(error).toMatchObject({
            code: expect.stringMatching(/^(MVCC_CONFLICT|ENDORSEMENT_FAILED)$/),
          });
          return undefined;
        }),
      );
      const revoked = revoke(patient.revokeAll());
      const decided = (await Promise.all(permits)).filter((access) => access !== undefined);
      expect(await revoked).toEqual(['OK']);
      for (const { decision, policyVersion } of decided)
        expect([decision, policyVersion]).toEqual(policyVersion === 1 ? ['permit', 1] : ['deny', 2]);
    });
  });

  describe('two patients', () => {
    test('never conflict, whatever they do at once', async () => {
      const patients = await Promise.all(Array.from({ length: 12 }, newPatient));
      const submit = (identity: IdentityName, channel: ChannelName, name: string) => (item: string) =>
        codes(identity, channel, name, [item]);
      const streams = [
        [submit('cloud-a client', 'cloud', 'StoreRecords'), storeOf],
        [submit('patients client', 'authorities', 'AnnounceRecords'), announcementOf],
        [submit('patients client', 'authorities', 'AnchorHeads'), anchorOf],
        [submit('patients client', 'cloud', 'Grant'), (each: TestPatient) => each.grant(HOSPITAL_ID)],
      ] as const;
      const results = await Promise.all(
        streams.flatMap(([run, statementOf]) => patients.map((each) => run(statementOf(each)))),
      );
      expect(results).toEqual(results.map(() => ['OK']));
    });
  });

  test('pages follow one another without a gap or a repetition, in order of time', async () => {
    const patient = await newPatient();
    const starts = [7, 2, 5, 1, 6].map((hour) => `2026-03-01T0${hour}:00:00Z`);
    for (const start of starts)
      expect(await store(storeOf(patient, { period: { start, end: PERIOD.end } }))).toEqual(['OK']);
    const listed = await allRows(
      (page) =>
        network().evaluate('patients client', 'cloud', 'ListRecords', {
          patientId: patient.id,
          ...page,
        }) as Promise<LedgerPage<StoredRecordState>>,
      2,
    );
    expect(listed.map(({ period }) => period.start)).toEqual([...starts].sort());
    const between = (await network().evaluate('patients client', 'cloud', 'ListRecords', {
      patientId: patient.id,
      from: '2026-03-01T02:00:00Z',
      to: '2026-03-01T06:00:00.000Z',
    })) as { rows: StoredRecordState[] };
    expect(between.rows.map(({ period }) => period.start)).toEqual([
      '2026-03-01T02:00:00Z',
      '2026-03-01T05:00:00Z',
    ]);
  });
}
