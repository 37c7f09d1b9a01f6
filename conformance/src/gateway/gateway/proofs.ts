import { nodeVerifier, sha256 } from '@careledger/crypto';
import { readEnvelope, verifyProof, type Proof, type TrustRoots } from '@careledger/private-chain';
import { expect, test } from '@jest/globals';
import { call } from '../../fixtures/services/api-client.js';
import { glucose, type GatewayFixture } from '../../fixtures/services/gateway-fixture.js';
import { MINUTE_MS, START_MS } from './subscribed-patient.js';

/** What is proved to somebody who trusts nobody. */
export function describeProofs(fixture: () => GatewayFixture): void {
  test('a reading is proved offline, from the device’s signature to the attested transaction', async () => {
    const patient = await fixture().patient();
    await using device = await fixture().device(patient);
    for (const minute of [0, 5, 10]) await device.send([glucose(START_MS + minute * MINUTE_MS, 99)]);
    await fixture().own(patient, 'POST', '/flush');
    const { registration } = device.device;
    const path = `/proofs?deviceId=${registration.deviceId}&seq=1`;
    const proofOf = async () => (await fixture().own(patient, 'GET', path)) as unknown as Proof;
    const beyond = await fixture().call(
      'GET',
      `/v1/patients/${patient.patientId}${path}&reading=1`,
      undefined,
      patient.token,
    );
    expect([beyond.status, beyond.body['code']]).toEqual([404, 'READING_NOT_FOUND']);
    const roots = await fixture().trustRoots();
    const check = async (proof: Proof) =>
      verifyProof(proof, roots, { hash: sha256, verifier: nodeVerifier() });
    const served = await fixture().call('GET', '/v1/trust-roots', undefined, patient.token);
    const { threshold, ...believed } = roots;
    expect(served.body).toMatchObject({
      warning: expect.stringContaining('prove nothing'),
      trustRoots: believed,
    });
    expect((served.body['trustRoots'] as TrustRoots).threshold).toBeLessThanOrEqual(threshold);
    const atHospital = await call(fixture().layers.authority(), 'auditor', 'GET /v1/trust-roots');
    expect(atHospital.body).toEqual(served.body);
    const alone = await check(await proofOf());
    expect(alone.steps.filter(({ status }) => status !== 'pass').map(({ step }) => step)).toEqual([
      'attestations',
    ]);
    const { txId } = readEnvelope((await proofOf()).transaction.envelope, sha256);
    const attested = await call(fixture().layers.authority(), 'ops', 'POST /v1/attestations', {
      channel: 'authorities',
      txId,
    });
    expect(attested.status).toBeLessThan(300);
    const nowhere = { channel: 'authorities', txId: '0'.repeat(64) };
    for (const service of [fixture().layers.authority(), fixture().gateway])
      expect(await call(service, 'ops', 'POST /v1/attestations', nowhere)).toMatchObject({
        status: 404,
        body: { code: 'TRANSACTION_UNKNOWN', txId: nowhere.txId },
      });
    const whole = await proofOf();
    expect(await check(whole)).toMatchObject({ ok: true, place: { channel: 'authorities', txId } });
    const altered = { ...whole, reading: { ...whole.reading, value: 98 } };
    expect((await check(altered)).steps).toContainEqual(
      expect.objectContaining({ step: 'reading', status: 'fail' }),
    );
  });
}
