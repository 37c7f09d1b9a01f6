import { accessControl } from '@careledger/contracts';
import { AUTHORITY_ROUTES } from '@careledger/protocol';
import { describe, expect, test } from '@jest/globals';
import { call } from '../../fixtures/services/api-client.js';
import type { LayersFixture } from '../../fixtures/services/layers-fixture.js';
import { NoticeClient } from '../../fixtures/services/notices.js';
import { granted } from '../../fixtures/services/granted.js';

/** What patients can take back through an authority. */
export function describeRevocations(fixture: () => LayersFixture): void {
  describe('revocations', () => {
    const relay = (statement: string, authority = fixture().authority()) =>
      call(authority, 'system', `POST ${AUTHORITY_ROUTES.revocations}`, { statement });

    test('a patient whose operator passes nothing on revokes through another authority, on both channels', async () => {
      const home = await fixture().home();
      const grantId = await granted(fixture(), home);
      await using notices = await NoticeClient.connect(fixture().authority());
      const statement = home.patient.revoke(grantId);
      const relayed = await relay(statement, fixture().authority('lab'));
      expect([relayed.status, relayed.body]).toEqual([
        201,
        {
          cloud: expect.stringMatching(/^[0-9a-f]{64}$/),
          authorities: expect.stringMatching(/^[0-9a-f]{64}$/),
        },
      ]);
      for (const channel of ['authorities', 'cloud'] as const) {
        const { rows } = await home.ledger
          .channel(channel)
          .evaluate(accessControl, 'ListGrants', { patientId: home.patientId });
        expect(rows).toEqual([expect.objectContaining({ grantId, revokedAt: expect.any(String) })]);
      }
      await notices.next(
        ({ type, data }) => type === 'policy' && (data['revoked'] as string[]).includes(grantId),
      );
      // The same one again, from whoever has seen it in a block, sends nothing.
      const height = () => home.ledger.channel('cloud').height();
      const before = await height();
      expect(await relay(statement)).toMatchObject({
        status: 201,
        body: { ...relayed.body, already: true },
      });
      expect(await height()).toBe(before);
    });

    test('everything at once, and a veto', async () => {
      const home = await fixture().home();
      await granted(fixture(), home);
      expect((await relay(home.patient.revokeAll())).status).toBe(201);
      const asked = await call(fixture().authority(), 'ops', 'POST /v1/subscriptions', {
        ...{ patientId: home.patientId, permissions: ['read'], purposes: ['TREAT'] },
      });
      const subscriptionId = String(asked.body['subscriptionId']);
      const veto = home.patient.sign('rejectSubscription', { subscriptionId }, home.patient.consent);
      expect((await relay(veto)).body).toEqual({ authorities: expect.any(String) });
      const { rows } = await home.ledger
        .channel('authorities')
        .evaluate(accessControl, 'ListSubscriptions', { patientId: home.patientId });
      expect(rows).toMatchObject([{ subscriptionId, status: 'rejected' }]);
    });

    test('nobody revokes for a patient: not another one, and not the patient’s own gateway', async () => {
      const home = await fixture().home();
      const grantId = await granted(fixture(), home);
      const { patient } = home;
      const byGateway = patient.sign('revoke', { policySeq: 9, grantId }, patient.gateway);
      expect((await relay(byGateway)).body).toMatchObject({ code: 'STATEMENT_KEY_UNKNOWN' });
      const stranger = (await fixture().home()).patient;
      const foreign = stranger.sign('revoke', { policySeq: 9, grantId }, stranger.consent, {
        iss: home.patientId,
      });
      expect((await relay(foreign)).body).toMatchObject({ code: 'STATEMENT_KEY_UNKNOWN' });
      const { rows } = await home.ledger
        .channel('authorities')
        .evaluate(accessControl, 'ListGrants', { patientId: home.patientId });
      expect(rows[0]).not.toHaveProperty('revokedAt');
    });
  });
}
