import { describe, expect, test } from '@jest/globals';
import { call } from '../../fixtures/services/api-client.js';
import {
  PASSPHRASE,
  type GatewayFixture,
  type GatewayPatient,
} from '../../fixtures/services/gateway-fixture.js';

/** Requests of authorities, and what the patient says to them. */
export function describeSubscriptions(fixture: () => GatewayFixture): void {
  describe('a subscription', () => {
    /** What the patient asks for, and the tag of what was read. */
    const ownIf = async (
      { patientId, token }: GatewayPatient,
      method: string,
      path: string,
      { tag, body }: { readonly tag?: string; readonly body?: object } = {},
    ): Promise<{ status: number; tag: string; body: Record<string, unknown> }> => {
      const answer = await fetch(new URL(`/v1/patients/${patientId}${path}`, fixture().gateway.url), {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(tag !== undefined && { 'if-match': tag }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const shown = (await answer.json()) as Record<string, unknown>;
      return { status: answer.status, tag: answer.headers.get('etag') ?? '', body: shown };
    };

    test('that is rejected again is answered with the first rejection', async () => {
      const patient = await fixture().patient();
      const asked = await call(fixture().layers.authority(), 'practitioner', 'POST /v1/subscriptions', {
        ...{ patientId: patient.patientId, permissions: ['read'], purposes: ['TREAT'] },
      });
      const path = `/subscriptions/${String(asked.body['subscriptionId'])}/reject`;
      const first = await fixture().own(patient, 'POST', path, { passphrase: PASSPHRASE });
      expect(first).toMatchObject({ status: 'done' });
      const again = await fixture().own(patient, 'POST', path, { passphrase: PASSPHRASE });
      expect(again).toEqual({ ...first, already: true });
    });

    test('is read alone, approved as it was read, and read through its grant', async () => {
      const patient = await fixture().patient();
      const asked = await call(fixture().layers.authority(), 'practitioner', 'POST /v1/subscriptions', {
        ...{ patientId: patient.patientId, permissions: ['read'], purposes: ['TREAT'], reason: 'Ward' },
      });
      const subscriptionId = String(asked.body['subscriptionId']);
      const one = `/subscriptions/${subscriptionId}`;
      const read = await ownIf(patient, 'GET', one);
      expect([read.status, read.body]).toMatchObject([
        200,
        { subscriptionId, status: 'pending', reason: 'Ward' },
      ]);
      const unknown = await ownIf(patient, 'GET', `/subscriptions/${'A'.repeat(22)}`);
      expect([unknown.status, unknown.body['code']]).toEqual([404, 'SUBSCRIPTION_NOT_FOUND']);

      const body = { passphrase: PASSPHRASE };
      const stale = await ownIf(patient, 'POST', `${one}/approve`, { tag: '"another"', body });
      expect([stale.status, stale.body['code']]).toEqual([412, 'RESOURCE_CHANGED']);
      const approved = await ownIf(patient, 'POST', `${one}/approve`, { tag: read.tag, body });
      expect([approved.status, approved.body['status']]).toEqual([200, 'done']);

      const grant = `/grants/${String(approved.body['statementId'])}`;
      const granted = await ownIf(patient, 'GET', grant);
      expect([granted.status, granted.body]).toMatchObject([200, { subscriptionId, status: 'active' }]);
      expect((await ownIf(patient, 'GET', `/grants/${'A'.repeat(22)}`)).body).toMatchObject({
        code: 'GRANT_NOT_FOUND',
      });
      const old = await ownIf(patient, 'POST', `${grant}/revoke`, { tag: '"another"', body });
      expect([old.status, old.body['code']]).toEqual([412, 'RESOURCE_CHANGED']);
      const revoked = await ownIf(patient, 'POST', `${grant}/revoke`, { tag: granted.tag, body });
      expect([revoked.status, revoked.body['status']]).toEqual([200, 'done']);
      expect((await ownIf(patient, 'GET', grant)).body).toMatchObject({ status: 'revoked' });
    });
  });
}
