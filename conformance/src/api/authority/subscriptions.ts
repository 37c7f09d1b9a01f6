import { accessControl } from '@careledger/contracts';
import { fromUtf8 } from '@careledger/crypto';
import { decryptFrom } from '@careledger/envelope';
import { SEALED_CONTEXT } from '@careledger/protocol';
import { describe, expect, test } from '@jest/globals';
import { call } from '../../fixtures/services/api-client.js';
import type { LayersFixture } from '../../fixtures/services/layers-fixture.js';
import { NoticeClient } from '../../fixtures/services/notices.js';
import { announced, granted, textOf } from '../../fixtures/services/granted.js';

/** What an authority's clients see of subscriptions. */
export function describeSubscriptions(fixture: () => LayersFixture): void {
  describe('subscriptions', () => {
    test('the patient alone can read the reason, and approval brings notices', async () => {
      const home = await fixture().home();
      const hospital = fixture().authority();
      await using notices = await NoticeClient.connect(hospital);
      const asked = await call(hospital, 'practitioner', 'POST /v1/subscriptions', {
        patientId: home.patientId,
        permissions: ['read'],
        purposes: ['TREAT'],
        reason: 'Diabetes ward',
      });
      expect(asked.status).toBe(201);
      const subscriptionId = textOf(asked.body['subscriptionId']);
      const { rows } = await home.ledger
        .channel('authorities')
        .evaluate(accessControl, 'ListSubscriptions', { patientId: home.patientId });
      expect(rows).toEqual([expect.objectContaining({ subscriptionId, status: 'pending' })]);
      expect(JSON.stringify(rows)).not.toContain('Diabetes');
      const reason = await decryptFrom(rows[0]?.sealed ?? '', home.encryption, {
        context: SEALED_CONTEXT.subscriptionReason,
      });
      expect(JSON.parse(fromUtf8(reason))).toEqual({ v: 1, reason: 'Diabetes ward' });

      await home.grant('aut_hospital', { subscriptionId });
      const policy = await notices.next(
        ({ type, data }) => type === 'policy' && data['patientId'] === home.patientId,
      );
      expect(policy.data).toMatchObject({ active: true });
      const approved = await call(
        hospital,
        'ops',
        `GET /v1/subscriptions?patientId=${home.patientId}&status=approved`,
      );
      expect(approved.body['subscriptions']).toEqual([expect.objectContaining({ subscriptionId })]);
      const stored = await announced(fixture(), home);
      await notices.next(({ type, data }) => type === 'record' && data['recordId'] === stored.recordId);

      const one = `/v1/subscriptions/${subscriptionId}`;
      const read = await call(hospital, 'auditor', `GET ${one}`);
      expect([read.status, read.body]).toMatchObject([200, { subscriptionId, status: 'approved' }]);
      const cancelIf = (tag: string) =>
        call(hospital, { role: 'ops', headers: { 'if-match': tag } }, `DELETE ${one}`);
      expect((await cancelIf('"another"')).body).toMatchObject({ status: 412, code: 'RESOURCE_CHANGED' });
      const cancelled = await cancelIf(textOf(read.headers.get('etag')));
      expect([cancelled.status, cancelled.body]).toEqual([200, { txId: expect.any(String) }]);
      const again = await call(hospital, 'ops', `DELETE /v1/subscriptions/${subscriptionId}`);
      expect([again.status, again.body]).toEqual([200, { txId: null, already: true }]);
      expect((await call(hospital, 'ops', `GET ${one}`)).body).toMatchObject({ status: 'cancelled' });
      await notices.next(({ type, data }) => type === 'subscription' && data['status'] === 'cancelled');
      const silent = await announced(fixture(), home);
      // A notice about somebody else, later on the ledger, shows that this one would have come by now.
      const other = await fixture().home();
      await granted(fixture(), other);
      const heard = await announced(fixture(), other);
      await notices.next(({ type, data }) => type === 'record' && data['recordId'] === heard.recordId);
      expect(notices.received.map(({ data }) => data['recordId'])).not.toContain(silent.recordId);
    });

    test('the same idempotency key is the same subscription', async () => {
      const home = await fixture().home();
      const ask = (patientId: string) =>
        call(
          fixture().authority(),
          { role: 'ops', headers: { 'idempotency-key': `once-${home.patientId}` } },
          'POST /v1/subscriptions',
          { patientId, permissions: ['read'], purposes: ['TREAT'] },
        );
      const [first, second] = [await ask(home.patientId), await ask(home.patientId)];
      expect(second.body).toEqual(first.body);
      const reused = await ask((await fixture().home()).patientId);
      expect([reused.status, reused.body['code']]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
    });

    test('whoever does not wait gets a job, which ends as the request would have been answered', async () => {
      const { patientId } = await fixture().home();
      const hospital = fixture().authority();
      const rather = (prefer: string) => ({ role: 'ops', headers: { prefer } }) as const;
      const jobOf = async (begun: Awaited<ReturnType<typeof call>>) => {
        expect(begun).toMatchObject({ status: 202, body: { state: 'running', problem: null } });
        const path = textOf(begun.headers.get('location'));
        for (;;) {
          const { body } = await call(hospital, rather('wait=20'), `GET ${path}`);
          if (body['state'] !== 'running') return body;
        }
      };
      const ask = (whom: string) =>
        call(hospital, rather('respond-async'), 'POST /v1/subscriptions', {
          ...{ patientId: whom, permissions: ['read'], purposes: ['TREAT'] },
        });
      const asked = await jobOf(await ask(patientId));
      expect(asked).toMatchObject({ kind: 'subscription', state: 'succeeded', stage: 'committed' });
      const path = textOf(asked['resultUrl']);
      expect((await call(hospital, 'ops', `GET ${path}`)).body).toMatchObject({
        patientId,
        status: 'pending',
      });
      const cancelled = await jobOf(await call(hospital, rather('respond-async'), `DELETE ${path}`));
      expect(cancelled).toMatchObject({
        ...{ kind: 'subscription-cancellation', state: 'succeeded' },
        result: { txId: expect.any(String) },
      });
      expect((await call(hospital, 'ops', `GET ${path}`)).body).toMatchObject({ status: 'cancelled' });
      const unknown = await jobOf(await ask(`pat_${'a'.repeat(32)}`));
      expect(unknown).toMatchObject({ state: 'failed', problem: { code: 'PATIENT_UNKNOWN', status: 404 } });
    });

    test('a patient whom the ledger does not know is a 404', async () => {
      const patientId = `pat_${'a'.repeat(32)}`;
      const body = { patientId, permissions: ['read'], purposes: ['TREAT'], reason: 'x' };
      const answer = await call(fixture().authority(), 'ops', 'POST /v1/subscriptions', body);
      expect([answer.status, answer.body['code']]).toEqual([404, 'PATIENT_UNKNOWN']);
    });
  });
}
