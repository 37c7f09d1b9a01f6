import { entryHashOf, entryNameOf, patientResourceIdOf, resourceIdOf } from '@careledger/fhir';
import { describe, expect, test } from '@jest/globals';
import { Client } from 'fhir-kit-client';
import { periodicRecord } from '../../fixtures/services/bundles.js';
import { announced, granted } from '../../fixtures/services/granted.js';
import type { LayersFixture } from '../../fixtures/services/layers-fixture.js';

/** A resource, as a client that knows nothing of this system has it. */
interface Resource {
  readonly resourceType: string;
  readonly [element: string]: unknown;
}

/** The ids that a record's entries have on a FHIR server, by type. */
function idsOf(
  about: { readonly patientId: string; readonly recordId: string },
  bundle: { readonly entry: readonly { readonly fullUrl?: string; readonly resource: Resource }[] },
) {
  return bundle.entry.map((entry, index) => ({
    resourceType: entry.resource.resourceType,
    id: resourceIdOf({ ...about, entry: entryHashOf(entryNameOf(entry, index)) }),
    resource: entry.resource,
  }));
}

/** What a client of strangers was refused with. */
async function refusalOf(asked: Promise<unknown>) {
  const error: unknown = await asked.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  const { response } = error as {
    readonly response?: { readonly status: number; readonly data: Outcome };
  };
  const issue = response?.data.issue[0];
  return [response?.status, response?.data.resourceType, issue?.details?.coding[0]?.code];
}

interface Outcome {
  readonly resourceType: string;
  readonly issue: readonly { readonly details?: { readonly coding: readonly { readonly code: string }[] } }[];
}

/** What clients that speak FHIR alone see of an authority. */
export function describeFhir(fixture: () => LayersFixture): void {
  const clientOf = (name: string, headers: Readonly<Record<string, string>> = {}): Client => {
    const { tokens, url } = fixture().authority(name);
    const customHeaders = { authorization: `Bearer ${tokens.practitioner}`, ...headers };
    return new Client({ baseUrl: `${url}/fhir`, customHeaders });
  };

  describe('FHIR', () => {
    test('a stranger’s client reads what a patient granted, one by one, and nothing after the revocation', async () => {
      const home = await fixture().home();
      const { patientId } = home;
      const grantId = await granted(fixture(), home);
      const { recordId } = await announced(fixture(), home, ['aut_hospital']);
      const bundle = periodicRecord(patientId, 120);
      const ids = idsOf({ patientId, recordId }, bundle as never);
      const client = clientOf('hospital');

      const statement = (await client.capabilityStatement()) as unknown as Resource;
      expect(statement).toMatchObject({ resourceType: 'CapabilityStatement', fhirVersion: '4.0.1' });

      const [observation] = ids.filter(({ resourceType }) => resourceType === 'Observation');
      const [device] = ids.filter(({ resourceType }) => resourceType === 'Device');
      if (observation === undefined || device === undefined) throw new RangeError('The record has none');
      const { id, resourceType } = observation;
      const read = (await client.read({ resourceType, id })) as Resource;
      expect(read).toMatchObject({
        ...{ resourceType, id, code: observation.resource['code'] },
        meta: { versionId: '1', lastUpdated: expect.stringMatching(/^\d{4}-.*Z$/) },
        device: { reference: `Device/${device.id}` },
        subject: { reference: `Patient/${patientResourceIdOf(patientId)}` },
      });
      expect(
        await client.read({ resourceType: 'Patient', id: patientResourceIdOf(patientId) }),
      ).toMatchObject({
        identifier: [{ system: 'urn:careledger:patient', value: patientId }],
      });
      const { response } = Client.httpFor(read as never);
      expect(response?.headers.get('etag')).toBe('W/"1"');
      expect(response?.headers.get('x-careledger-permit')).toMatch(/^[0-9a-f]{64}$/);
      expect(response?.headers.get('last-modified')).toMatch(/GMT$/);
      expect(await client.vread({ resourceType, id, version: '1' })).toEqual(read);
      expect(await client.read({ resourceType: 'Device', id: device.id })).toMatchObject({ id: device.id });
      expect(await client.history({ resourceType, id })).toMatchObject({
        type: 'history',
        entry: [{ resource: read, response: { etag: 'W/"1"' } }],
      });
      const whole = resourceIdOf({ patientId, recordId, entry: undefined });
      expect(await client.read({ resourceType: 'Bundle', id: whole })).toMatchObject({
        ...{ id: whole, type: 'collection', meta: { versionId: '1' } },
        entry: JSON.parse(JSON.stringify(bundle.entry)),
      });

      expect(await refusalOf(client.read({ resourceType: 'Device', id }))).toEqual([
        404,
        'OperationOutcome',
        'NOT_FOUND',
      ]);
      expect(await refusalOf(client.vread({ resourceType, id, version: '2' }))).toEqual([
        404,
        'OperationOutcome',
        'RECORD_UNKNOWN',
      ]);
      // The lab has no grant.
      expect(await refusalOf(clientOf('lab').read({ resourceType, id }))).toEqual([
        403,
        'OperationOutcome',
        'ACCESS_DENIED',
      ]);
      await home.revoke(grantId);
      expect(await refusalOf(client.read({ resourceType, id }))).toEqual([
        403,
        'OperationOutcome',
        'ACCESS_DENIED',
      ]);
    });

    test('the purpose that a header names is what the ledger decides on', async () => {
      const home = await fixture().home();
      await granted(fixture(), home, { purposes: ['HRESCH'] });
      const { recordId } = await announced(fixture(), home, ['aut_hospital']);
      const [first] = idsOf(
        { patientId: home.patientId, recordId },
        periodicRecord(home.patientId, 120) as never,
      );
      const { id = '', resourceType = '' } = first ?? {};
      expect(await refusalOf(clientOf('hospital').read({ resourceType, id }))).toEqual([
        403,
        'OperationOutcome',
        'ACCESS_DENIED',
      ]);
      const research = clientOf('hospital', { 'x-careledger-purpose': 'HRESCH' });
      expect(await research.read({ resourceType, id })).toMatchObject({ id });
      const unknown = clientOf('hospital', { 'x-careledger-purpose': 'CURIOSITY' });
      expect(await refusalOf(unknown.read({ resourceType, id }))).toEqual([
        400,
        'OperationOutcome',
        'VALIDATION_FAILED',
      ]);
    });
  });
}
