import { accessControl } from '@careledger/contracts';
import { checkResource, patientResourceIdOf } from '@careledger/fhir';
import { describe, expect, test } from '@jest/globals';
import { granted } from '../../fixtures/services/granted.js';
import type { LayersFixture } from '../../fixtures/services/layers-fixture.js';
import { proposedConsent } from '../../fixtures/services/proposed-consent.js';

/** What a batch says of one of its entries. */
interface BatchAnswer {
  readonly resource?: { readonly id: string };
  readonly response: { readonly status: string; readonly location?: string; readonly etag?: string };
}

/** What clients that speak FHIR alone do at once. */
export function describeFhirBatch(fixture: () => LayersFixture): void {
  describe('a batch', () => {
    test('reads, asks and writes as each of its entries would by itself, and one that is refused stops no other', async () => {
      const home = await fixture().home();
      const { patientId } = home;
      await granted(fixture(), home, { permissions: ['read', 'write', 'modify'] });
      const subject = { reference: `Patient/${patientResourceIdOf(patientId)}` };
      const weight = {
        ...{ resourceType: 'Observation', status: 'final', subject },
        code: { text: 'Weight' },
        valueQuantity: { value: 12345, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' },
      };
      const { tokens, url } = fixture().authority();
      const send = async (entry: readonly object[], headers: Readonly<Record<string, string>> = {}) => {
        const answer = await fetch(`${url}/fhir`, {
          method: 'POST',
          headers: {
            ...{ authorization: `Bearer ${tokens.practitioner}`, 'content-type': 'application/fhir+json' },
            ...headers,
          },
          body: JSON.stringify({ resourceType: 'Bundle', type: 'batch', entry }).replaceAll('12345', '81.40'),
        });
        const text = await answer.text();
        checkResource(JSON.parse(text));
        return { text, entries: (JSON.parse(text) as { entry: BatchAnswer[] }).entry };
      };
      const post = (type: string, resource: object) => ({ resource, request: { method: 'POST', url: type } });
      const key = { 'idempotency-key': `batch-${patientId}` };
      const writing = [
        post('Observation', weight),
        post('Observation', { ...weight, status: 'done' }),
        post('Consent', proposedConsent(patientId)),
        { request: { method: 'GET', url: `Patient/${patientResourceIdOf(patientId)}` } },
      ];
      const { text, entries } = await send(writing, key);
      expect(entries.map(({ response }) => response.status)).toEqual([
        ...['201 Created', '422 Unprocessable Entity', '201 Created', '200 OK'],
      ]);
      expect(text).toContain('"value":81.40,');
      expect(entries[1]).toMatchObject({
        response: { outcome: { issue: [{ expression: ['Observation.status'] }] } },
      });
      const [made, , asked] = entries;
      const place = String(made?.response.location).split('/_history')[0] ?? '';
      expect([made?.response.etag, asked?.response.location]).toEqual([
        'W/"1"',
        `Consent/${String(asked?.resource?.id)}`,
      ]);
      // The same again makes nothing more.
      const again = await send(writing, key);
      expect(again.entries.map(({ resource }) => resource?.id)).toEqual(
        entries.map(({ resource }) => resource?.id),
      );
      const { rows } = await home.ledger
        .channel('authorities')
        .evaluate(accessControl, 'ListSubscriptions', { patientId });
      expect(rows).toHaveLength(1);

      const update = (ifMatch: string) => ({
        resource: { ...weight, id: place.split('/')[1], status: 'amended' },
        request: { method: 'PUT', url: place, ifMatch },
      });
      const { entries: updated } = await send([update('W/"7"')]);
      expect(updated[0]?.response.status).toBe('412 Precondition Failed');
      const [changed, elsewhere] = (
        await send([update('W/"1"'), { request: { method: 'GET', url: 'Device/1' } }])
      ).entries;
      expect([changed?.response, elsewhere?.response.status]).toMatchObject([
        { status: '200 OK', etag: 'W/"2"' },
        '404 Not Found',
      ]);
      const { entries: current } = await send([{ request: { method: 'GET', url: place } }]);
      expect(current[0]).toMatchObject({ resource: { status: 'amended', meta: { versionId: '2' } } });
    });
  });
}
