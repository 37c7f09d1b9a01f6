import { entryHashOf, entryNameOf, patientResourceIdOf, resourceIdOf } from '@careledger/fhir';
import { describe, expect, test } from '@jest/globals';
import { Client } from 'fhir-kit-client';
import { until } from '../../fixtures/services/until.js';
import { periodicRecord, weight } from '../../fixtures/services/bundles.js';
import { announced, copyGranted, granted } from '../../fixtures/services/granted.js';
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

/** What a client of strangers was refused with; nothing where it was not. */
async function refusalOf(asked: Promise<unknown>) {
  const error: unknown = await asked.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  const { response } = (error ?? {}) as {
    readonly response?: { readonly status: number; readonly data: Outcome };
  };
  const issue = response?.data.issue[0];
  return [response?.status, response?.data.resourceType, issue?.details?.coding[0]?.code];
}

interface Searchset {
  readonly total?: number;
  readonly link?: readonly { readonly relation: string }[];
  readonly entry?: readonly { readonly resource: Resource }[];
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
      const byIdentifier = (value: string) =>
        client.search({
          resourceType: 'Patient',
          searchParams: { identifier: `urn:careledger:patient|${value}` },
        });
      expect(await byIdentifier(patientId)).toMatchObject({
        entry: [{ resource: { id: patientResourceIdOf(patientId) } }],
      });
      expect(await byIdentifier(`pat_${'a'.repeat(32)}`)).not.toHaveProperty('entry');

      const { tokens } = fixture().authority('hospital');
      const auditor = clientOf('hospital', { authorization: `Bearer ${tokens.auditor}` });
      const patient = `Patient/${patientResourceIdOf(patientId)}`;
      const searchParams = { patient, _count: '2' };
      const found = await auditor.search({ resourceType: 'AuditEvent', searchParams });
      const more = (await auditor.nextPage({ bundle: found as never })) as unknown as Searchset;
      const events = [found as unknown as Searchset, more].flatMap(({ entry = [] }) =>
        entry.map(({ resource }) => resource),
      );
      expect(events.slice(0, 3)).toEqual([
        expect.objectContaining({ resourceType: 'AuditEvent', action: 'R', outcome: '0' }),
        expect.objectContaining({ resourceType: 'AuditEvent', action: 'R', outcome: '0' }),
        expect.objectContaining({ resourceType: 'AuditEvent', action: 'R', outcome: '0' }),
      ]);
      const [event] = events;
      expect(await auditor.read({ resourceType: 'AuditEvent', id: String(event?.['id']) })).toEqual(event);
      expect(await refusalOf(client.search({ resourceType: 'AuditEvent', searchParams }))).toEqual([
        403,
        'OperationOutcome',
        'FORBIDDEN',
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

    test('what one authority creates another reads where the patient lets it, and updates with If-Match alone', async () => {
      const home = await fixture().home();
      await home.grant('aut_lab');
      await granted(fixture(), home, { permissions: ['read', 'write', 'modify'] });
      const hospital = clientOf('hospital');
      const subject = { reference: `Patient/${patientResourceIdOf(home.patientId)}` };
      const sent = weight(subject, 81.4);
      const made = (await hospital.create({ resourceType: 'Observation', body: sent as never })) as Resource;
      const { response } = Client.httpFor(made as never);
      const id = String(made['id']);
      expect([response?.status, response?.headers.get('etag'), response?.headers.get('location')]).toEqual([
        201,
        'W/"1"',
        `/fhir/Observation/${id}/_history/1`,
      ]);
      expect(made).toMatchObject({ ...sent, meta: { versionId: '1' } });
      // The same again is the same, with a key and without one.
      expect(await hospital.create({ resourceType: 'Observation', body: sent as never })).toEqual(made);

      const keyed = clientOf('hospital', { 'idempotency-key': 'weight-1' });
      const create = (value: number) =>
        keyed.create({ resourceType: 'Observation', body: weight(subject, value) as never });
      expect(await create(83)).toEqual(await create(83));
      expect(await refusalOf(create(84))).toEqual([422, 'OperationOutcome', 'IDEMPOTENCY_KEY_REUSED']);

      const lab = clientOf('lab');
      expect(await lab.read({ resourceType: 'Observation', id })).toEqual(made);
      expect(await lab.vread({ resourceType: 'Observation', id, version: '1' })).toEqual(made);

      const update = (value: number, seen: string) =>
        hospital.update({
          ...{ resourceType: 'Observation', id },
          body: { ...made, ...weight(subject, value) } as never,
          options: { headers: { 'if-match': seen } },
        });
      const next = (await update(80.2, 'W/"1"')) as Resource;
      expect([Client.httpFor(next as never).response?.status, next]).toEqual([
        200,
        expect.objectContaining({ id, meta: expect.objectContaining({ versionId: '2' }) }),
      ]);
      expect(await refusalOf(update(79, 'W/"1"'))).toEqual([412, 'OperationOutcome', 'VERSION_CHANGED']);
      expect(await lab.read({ resourceType: 'Observation', id })).toEqual(next);
      expect(await lab.history({ resourceType: 'Observation', id })).toMatchObject({
        entry: [{ resource: next }, { resource: made }],
      });
      // A grant to read is none to change.
      expect(
        await refusalOf(
          lab.update({
            ...{ resourceType: 'Observation', id, body: { ...next } as never },
            options: { headers: { 'if-match': 'W/"2"' } },
          }),
        ),
      ).toEqual([403, 'OperationOutcome', 'WRITE_NOT_GRANTED']);
    });

    test('a transaction is one record; numbers come back as they were written', async () => {
      const home = await fixture().home();
      await granted(fixture(), home, { permissions: ['read', 'write', 'modify'] });
      const { tokens, url } = fixture().authority('hospital');
      const send = async (method: string, path: string, body: string, headers: object = {}) =>
        fetch(`${url}/fhir${path}`, {
          ...{ method, body },
          headers: {
            ...{ authorization: `Bearer ${tokens.practitioner}`, 'content-type': 'application/fhir+json' },
            ...headers,
          },
        });
      const read = async (place: string) =>
        (
          await fetch(`${url}/fhir/${place}`, { headers: { authorization: `Bearer ${tokens.practitioner}` } })
        ).text();
      const subject = { reference: `Patient/${patientResourceIdOf(home.patientId)}` };
      const device = 'urn:uuid:0a3f1f2e-5a5b-4c3d-9e8f-112233445566';
      const entries = [
        { fullUrl: device, resource: { resourceType: 'Device', type: { text: 'Scale' } } },
        { resource: { ...weight(subject, 12345), device: { reference: device } } },
      ].map((entry) => ({ ...entry, request: { method: 'POST', url: entry.resource.resourceType } }));
      const body = JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry: entries });
      const answer = await send('POST', '', body.replace('12345', '81.40'));
      expect(answer.status).toBe(200);
      const { entry } = (await answer.json()) as { entry: { response: { location: string } }[] };
      const [scale = '', reading = ''] = entry.map(({ response }) => response.location);
      const current = (place: string): string => place.split('/_history')[0] ?? '';
      expect(await read(scale)).toContain('"Scale"');
      const observation = await read(current(reading));
      expect(observation).toContain('"value":81.40,');
      expect(JSON.parse(observation)).toMatchObject({ device: { reference: current(scale) } });

      // One entry changes, the others stay what they are.
      const changed = await send('PUT', `/${current(reading)}`, observation.replace('81.40', '80.00'), {
        'if-match': 'W/"1"',
      });
      expect([changed.status, await changed.text()]).toEqual([
        200,
        expect.stringContaining('"value":80.00,'),
      ]);
      expect(await read(current(reading))).toContain('"value":80.00,');
      expect(JSON.parse(await read(current(scale)))).toMatchObject({ meta: { versionId: '2' } });
      expect(await read(reading)).toContain('"value":81.40,');

      const other = body.replace(subject.reference, `Patient/pat-${'b'.repeat(32)}`);
      const both = [...(JSON.parse(other) as { entry: object[] }).entry, entries[1]];
      const refused = await send('POST', '', JSON.stringify({ ...JSON.parse(body), entry: both }));
      expect([refused.status, await refused.json()]).toMatchObject([
        422,
        { resourceType: 'OperationOutcome' },
      ]);
    });

    test('a stranger’s client searches the copy that a patient allows, and nothing after the revocation', async () => {
      const home = await fixture().home();
      const { patientId } = home;
      const { grantId } = await copyGranted(fixture(), home, 'cardiology', ['read', 'write']);
      const authorization = `Bearer ${fixture().unitTokens.get('cardiology') ?? ''}`;
      const ward = clientOf('hospital', { authorization });
      const patient = `Patient/${patientResourceIdOf(patientId)}`;
      const search = async (searchParams: Readonly<Record<string, string>>, postSearch = false) =>
        (await ward.search({
          ...{ resourceType: 'Observation', options: { postSearch } },
          searchParams: { patient, ...searchParams },
        })) as unknown as Searchset;
      const valuesOf = ({ entry = [] }: Searchset) =>
        entry.map(({ resource }) => (resource['valueQuantity'] as { value: number }).value);

      const { url } = fixture().authority();
      for (const [value, day] of [
        ['81.40', '05'],
        ['82.500', '06'],
        ['83.0', '07'],
      ] as const) {
        const body = JSON.stringify(weight({ reference: patient }, 12345))
          .replace('12345', value)
          .replace('2026-05-05', `2026-05-${day}`);
        const made = await fetch(`${url}/fhir/Observation`, {
          ...{ method: 'POST', body },
          headers: { authorization, 'content-type': 'application/fhir+json' },
        });
        expect(made.status).toBe(201);
      }
      const count = { code: '29463-7', _summary: 'count' };
      const counted = await until(
        () => search(count),
        ({ total }) => total === 3,
      );
      expect(counted).toEqual({
        ...{ resourceType: 'Bundle', type: 'searchset', total: 3 },
        link: [{ relation: 'self', url: expect.stringContaining('_summary=count') }],
      });

      const all = await search({ code: 'http://loinc.org|29463-7' });
      expect(valuesOf(all)).toEqual([83, 82.5, 81.4]);
      expect(all).not.toHaveProperty('total');
      const [found] = all.entry ?? [];
      const { resource: { id } = { id: '' } } = found ?? {};
      expect(await ward.read({ resourceType: 'Observation', id: String(id) })).toEqual(found?.resource);
      expect(found).toMatchObject({
        ...{ fullUrl: `${url}/fhir/Observation/${String(id)}`, search: { mode: 'match' } },
        resource: { subject: { reference: patient } },
      });

      const first = await search({ category: 'vital-signs', _sort: 'date', _count: '2', _total: 'accurate' });
      const second = (await ward.nextPage({ bundle: first as never })) as unknown as Searchset;
      expect([first.total, valuesOf(first), valuesOf(second), second.link?.length]).toEqual([
        ...[3, [81.4, 82.5], [83], 1],
      ]);
      expect(valuesOf(await search({ code: '718-7,29463-7', date: 'lt2026-05-07' }, true))).toEqual([
        82.5, 81.4,
      ]);
      expect(await search({ code: 'urn:other|29463-7' })).not.toHaveProperty('entry');
      expect(await search({ date: '2026-05-06', _elements: 'value' })).toMatchObject({
        entry: [
          { resource: { id: expect.any(String), meta: { tag: [{ code: 'SUBSETTED' }] }, status: 'final' } },
        ],
      });

      const text = await (
        await fetch(`${url}/fhir/Observation?patient=${patientId}&date=ge2026-05-05&date=le2026-05-06`, {
          headers: { authorization },
        })
      ).text();
      expect(text.match(/"value":[\d.]+/g)).toEqual(['"value":82.500', '"value":81.40']);

      expect(await refusalOf(search({ code: '29463-7', 'component-value-quantity': '81.4' }))).toEqual([
        ...[400, 'OperationOutcome', 'VALIDATION_FAILED'],
      ]);
      const billing = clientOf('hospital', {
        authorization: `Bearer ${fixture().unitTokens.get('billing') ?? ''}`,
      });
      const byBilling = { resourceType: 'Observation', searchParams: { patient } };
      expect(await refusalOf(billing.search(byBilling))).toEqual([403, 'OperationOutcome', 'READ_REFUSED']);

      await home.revoke(grantId);
      const refusal = await until(
        () => refusalOf(search(count)),
        ([status]) => status !== undefined,
      );
      expect(refusal).toEqual([403, 'OperationOutcome', 'READ_REFUSED']);
    }, 60_000);

    test('who does not wait is told where to look, and finds it there', async () => {
      const home = await fixture().home();
      await granted(fixture(), home, { permissions: ['read', 'write'] });
      const subject = { reference: `Patient/${patientResourceIdOf(home.patientId)}` };
      const { tokens, url } = fixture().authority('hospital');
      const authorization = `Bearer ${tokens.practitioner}`;
      const answer = await fetch(`${url}/fhir/Observation`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/fhir+json', prefer: 'respond-async' },
        body: JSON.stringify(weight(subject, 77)),
      });
      const place = answer.headers.get('content-location');
      expect([answer.status, await answer.json(), answer.headers.get('location')]).toMatchObject([
        202,
        { resourceType: 'OperationOutcome', issue: [{ severity: 'information' }] },
        null,
      ]);
      const job = await fetch(new URL(place ?? '', url), { headers: { authorization, prefer: 'wait=20' } });
      expect(await job.json()).toMatchObject({ state: 'succeeded', result: { stage: 'announced' } });
    });
  });
}
