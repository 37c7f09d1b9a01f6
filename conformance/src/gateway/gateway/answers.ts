import { accessControl } from '@careledger/contracts';
import { expect, test } from '@jest/globals';
import { PASSPHRASE, glucose, type GatewayFixture } from '../../fixtures/services/gateway-fixture.js';
import { START_MS, listed, openAtHospital, subscribed } from './subscribed-patient.js';

/** Who could read, who did, and why somebody was denied; for the patient alone. */
export function describeAnswers(fixture: () => GatewayFixture): void {
  test('a patient’s token reaches no other patient', async () => {
    const [one, other] = [await fixture().patient(), await fixture().patient()];
    const recordId = `rec_${'a'.repeat(32)}`;
    for (const path of ['records', 'accesses', 'decisions', `records/${recordId}/readers`]) {
      const url = `/v1/patients/${other.patientId}/${path}`;
      const answer = await fixture().call('GET', url, undefined, one.token);
      expect([path, answer.status, answer.body['code']]).toEqual([path, 403, 'PATIENT_MISMATCH']);
    }
  });

  test('the patient is told who could read a record and when, who did, and why somebody was denied', async () => {
    const { patient, device } = await subscribed(fixture());
    await device.send([glucose(START_MS, 99)]);
    await device.close();
    await fixture().own(patient, 'POST', '/flush');
    const [record] = await listed(fixture(), patient);
    const recordId = String(record?.recordId);
    expect((await openAtHospital(fixture(), patient, recordId)).status).toBe(200);
    const { grants } = await fixture().own(patient, 'GET', '/grants');
    const [{ grantId }] = grants as [{ grantId: string }];
    const granted = new Date().toISOString();
    await fixture().own(patient, 'POST', `/grants/${grantId}/revoke`, { passphrase: PASSPHRASE });
    const denied = await openAtHospital(fixture(), patient, recordId);
    expect(denied.body['code']).toBe('ACCESS_DENIED');

    const readersAt = async (at: string) =>
      fixture().own(patient, 'GET', `/records/${recordId}/readers?at=${at}`);
    const hospital = { authorityId: 'aut_hospital', grantId };
    const keys = await fixture()
      .layers.patientsLedger.channel('cloud')
      .evaluate(accessControl, 'GetAuthority', { authorityId: 'aut_hospital' });
    expect(await readersAt(granted)).toMatchObject({
      ...{ recordId, version: 1, at: granted, byRight: [patient.patientId], next: null },
      readers: [
        {
          grant: hospital,
          encryptionKey: keys.encryptionKeys[0]?.key,
          reads: [{ granteeTag: null, purpose: 'TREAT', decision: { decision: 'permit', grantId } }],
        },
      ],
    });
    const now = await readersAt(new Date().toISOString());
    expect(now).toMatchObject({ readers: [] });
    expect(Number(now['policyVersion'])).toBeGreaterThan(Number((await readersAt(granted))['policyVersion']));
    const tooEarly = `/v1/patients/${patient.patientId}/records/${recordId}/readers?at=${new Date(START_MS).toISOString()}`;
    expect(await fixture().call('GET', tooEarly, undefined, patient.token)).toMatchObject({
      status: 404,
      body: { code: 'RECORD_UNKNOWN' },
    });

    const lines = (query: string) => fixture().own(patient, 'GET', `/accesses?${query}`);
    const line = { requester: 'aut_hospital', recordId, purpose: 'TREAT' };
    expect(await lines('requester=aut_hospital&decision=permit')).toMatchObject({
      accesses: [{ ...line, decision: 'permit', reason: 'GRANT', grantId, release: { state: 'released' } }],
    });
    expect(await lines(`recordId=${recordId}`)).toMatchObject({
      accesses: [{ decision: 'permit' }, { ...line, decision: 'deny', reason: 'NO_GRANT', release: null }],
    });
    const why = await fixture().own(patient, 'GET', `/decisions?txId=${String(denied.body['txId'])}`);
    expect(why).toMatchObject({
      decisions: [{ access: { ...line, decision: 'deny', reason: 'NO_GRANT' }, rule: null, considered: [] }],
    });
    // What decided is named by the hash of its version, and the policy of that time has the same.
    const [{ access }] = why['decisions'] as [{ access: Record<string, unknown> }];
    expect(await readersAt(String(access['at']))).toMatchObject({
      ...{ policyVersion: access['policyVersion'], policyHash: access['policyHash'] },
    });
    const permitted = await fixture().own(patient, 'GET', '/decisions?decision=permit');
    expect(permitted).toMatchObject({ decisions: [{ rule: hospital, considered: [] }] });
  });
}
