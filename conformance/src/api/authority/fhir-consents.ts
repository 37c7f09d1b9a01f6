import { accessControl } from '@careledger/contracts';
import { fromUtf8 } from '@careledger/crypto';
import { decryptFrom } from '@careledger/envelope';
import { patientResourceIdOf } from '@careledger/fhir';
import { SEALED_CONTEXT } from '@careledger/protocol';
import { describe, expect, test } from '@jest/globals';
import { until } from '../../fixtures/services/until.js';
import { call } from '../../fixtures/services/api-client.js';
import type { LayersFixture } from '../../fixtures/services/layers-fixture.js';
import { HL7, LABORATORY, concept, proposedConsent } from '../../fixtures/services/proposed-consent.js';
import type { TestHome } from '../../fixtures/services/test-home.js';
import { readFhir } from './read-fhir.js';

/** What clients that speak FHIR alone ask of patients, and what they are told of it. */
export function describeFhirConsents(fixture: () => LayersFixture): void {
  const practitioner = {
    role: 'practitioner',
    headers: { 'content-type': 'application/fhir+json' },
  } as const;
  const ask = (consent: object, headers: Readonly<Record<string, string>> = {}) =>
    call(
      fixture().authority(),
      { ...practitioner, headers: { ...practitioner.headers, ...headers } },
      'POST /fhir/Consent',
      consent,
    );
  const read = (path: string, name = 'hospital') => readFhir(fixture().authority(name), path);
  const found = async (home: TestHome, query = '') => {
    const patient = `Patient/${patientResourceIdOf(home.patientId)}`;
    const { body } = await read(`/fhir/Consent?patient=${patient}${query}`);
    const entries = (body['entry'] ?? []) as { resource: { id: string; status: string } }[];
    return entries.map(({ resource }) => resource);
  };

  describe('Consent', () => {
    test('is proposed by an authority, active in part by the patient’s word alone, and inactive when that is revoked', async () => {
      const home = await fixture().home();
      const { patientId } = home;
      const made = await ask(proposedConsent(patientId));
      expect(made.status).toBe(201);
      const place = String(made.headers.get('location'));
      const { id } = made.body;
      expect([place, made.body['status']]).toEqual([`/fhir/Consent/${String(id)}`, 'proposed']);
      const proposed = await read(place);
      expect(proposed).toMatchObject({ status: 200, body: made.body });
      // Nothing is given by it, and why it is asked only the patient can read.
      expect(JSON.stringify(proposed.body)).not.toContain('Diabetes');
      const grants = await call(fixture().authority(), 'ops', `GET /v1/patients/${patientId}/grants`);
      expect(grants.body['grants']).toEqual([]);
      const { rows } = await home.ledger
        .channel('authorities')
        .evaluate(accessControl, 'ListSubscriptions', { patientId });
      const [asked] = rows;
      expect(asked).toMatchObject({ permissions: ['read', 'write'], purposes: ['TREAT', 'ETREAT'] });
      const words = await decryptFrom(asked?.sealed ?? '', home.encryption, {
        context: SEALED_CONTEXT.subscriptionReason,
      });
      expect(JSON.parse(fromUtf8(words))).toEqual({ v: 1, reason: 'Diabetes ward' });

      const grantId = await home.grant('aut_hospital', {
        ...{ subscriptionId: asked?.subscriptionId, until: '2098-01-01T00:00:00Z' },
        ...{ permissions: ['read'], purposes: ['TREAT'] },
      });
      const statusIs = (status: string) =>
        until(
          async () => (await read(place)).body,
          (body) => body['status'] === status,
        );
      expect(await statusIs('active')).toMatchObject({
        id,
        provision: {
          type: 'permit',
          period: { end: '2098-01-01T00:00:00Z' },
          action: [concept(`${HL7}/v3-DataOperation`, 'READ')],
          purpose: [{ code: 'TREAT' }],
        },
      });
      expect((await found(home, '&status=active')).map((each) => each.id)).toEqual([id]);
      const inGroup = async () =>
        JSON.stringify((await read('/fhir/Group/granted')).body).includes(patientId);
      await until(inGroup, (isIn) => isIn);
      expect(await found(home, '&status=proposed')).toEqual([]);

      await home.revoke(grantId);
      expect(await statusIs('inactive')).toMatchObject({ id });
      await until(inGroup, (isIn) => !isIn);
      expect((await found(home, '&status=inactive,rejected')).map((each) => each.id)).toEqual([id]);
    });

    test('is rejected by the patient, found by what it is, and nobody else’s', async () => {
      const home = await fixture().home();
      const { patient, patientId } = home;
      const [first, second] = [
        await ask(proposedConsent(patientId, {}, LABORATORY)),
        await ask(proposedConsent(patientId)),
      ];
      const { rows } = await home.ledger
        .channel('authorities')
        .evaluate(accessControl, 'ListSubscriptions', { patientId });
      const scoped = rows.find(({ scopeHash }) => scopeHash !== undefined);
      const statement = patient.sign(
        'rejectSubscription',
        { subscriptionId: scoped?.subscriptionId ?? '' },
        patient.consent,
      );
      await home.ledger.channel('authorities').submit(accessControl, 'RejectSubscription', { statement });
      const rejected = await until(
        () => found(home, '&status=rejected'),
        (each) => each.length > 0,
      );
      expect(rejected).toMatchObject([
        { id: first.body['id'], provision: { code: [{ extension: [{ valueCode: 'masked' }] }] } },
      ]);
      expect(await found(home, '&status=proposed')).toMatchObject([{ id: second.body['id'] }]);
      expect(await found(home, `&_id=${String(second.body['id'])}`)).toHaveLength(1);
      expect(await found(await fixture().home(), `&_id=${String(second.body['id'])}`)).toEqual([]);

      const one = await read(`/fhir/Consent?_count=1&patient=${patientId}`);
      const { link, entry } = one.body as {
        link: { relation: string; url: string }[];
        entry: { resource: { id: string } }[];
      };
      const next = new URL(link.find(({ relation }) => relation === 'next')?.url ?? '');
      const rest = await read(`${next.pathname}${next.search}`);
      const ids = [entry, rest.body['entry'] as typeof entry].flatMap((each) =>
        each.map(({ resource }) => resource.id),
      );
      expect(ids.sort()).toEqual([String(first.body['id']), String(second.body['id'])].sort());

      const elsewhere = await read(`/fhir/Consent/${String(first.body['id'])}`, 'lab');
      expect([elsewhere.status, elsewhere.body['resourceType']]).toEqual([404, 'OperationOutcome']);
      expect((await read(`/fhir/Consent?patient=${patientId}`, 'lab')).body).not.toHaveProperty('entry');
    });

    test('that is none, or asks what nobody can be asked, asks nothing of anybody; a key asks once', async () => {
      const home = await fixture().home();
      const { patientId } = home;
      const granted = await ask(proposedConsent(patientId, { status: 'active' }));
      expect([granted.status, granted.body]).toMatchObject([
        422,
        { resourceType: 'OperationOutcome', issue: [{ expression: ['Consent.status'] }] },
      ]);
      expect(await found(home)).toEqual([]);
      const key = { 'idempotency-key': `consent-${patientId}` };
      const [once, again] = [
        await ask(proposedConsent(patientId), key),
        await ask(proposedConsent(patientId), key),
      ];
      expect([again.status, again.body]).toEqual([201, once.body]);
      expect(await found(home)).toHaveLength(1);
      const async = await ask(proposedConsent((await fixture().home()).patientId), {
        prefer: 'respond-async',
      });
      expect([async.status, async.headers.get('location')]).toEqual([202, null]);
      expect(async.headers.get('content-location')).toMatch(/^\/v1\/jobs\//);
    });
  });
}
