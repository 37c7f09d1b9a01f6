import { patientResourceIdOf } from '@careledger/fhir';
import { describe, expect, test } from '@jest/globals';
import { until } from '../../fixtures/services/until.js';
import { copyGranted } from '../../fixtures/services/granted.js';
import type { LayersFixture } from '../../fixtures/services/layers-fixture.js';

interface Resource {
  readonly resourceType: string;
  readonly id?: string;
  readonly [element: string]: unknown;
}

interface Searchset extends Resource {
  readonly total?: number;
  readonly link: readonly { readonly relation: string; readonly url: string }[];
  readonly entry?: readonly { readonly resource: Resource; readonly search: { readonly mode: string } }[];
}

const SCALE = 'urn:uuid:0a3f1f2e-5a5b-4c3d-9e8f-112233445566';
const WEIGHT = 'urn:uuid:0a3f1f2e-5a5b-4c3d-9e8f-112233445567';
const coded = (system: string, code: string) => ({ coding: [{ system, code }] });

/** A weight, the scale that measured it, and who says so: one record. */
function weighed(subject: object, day: string): object {
  const resources: readonly (readonly [fullUrl: string | undefined, resource: Resource])[] = [
    [SCALE, { resourceType: 'Device', type: { text: 'Scale' } }],
    [
      WEIGHT,
      {
        ...{ resourceType: 'Observation', status: 'final', subject },
        category: [coded('http://terminology.hl7.org/CodeSystem/observation-category', 'vital-signs')],
        code: coded('http://loinc.org', '29463-7'),
        ...{ effectiveDateTime: `${day}T10:00:00Z`, device: { reference: SCALE } },
        valueQuantity: { value: 81.4, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' },
      },
    ],
    [
      undefined,
      {
        ...{ resourceType: 'Provenance', target: [{ reference: WEIGHT }], recorded: `${day}T10:05:00Z` },
        agent: [{ who: { reference: SCALE } }],
      },
    ],
  ];
  const entry = resources.map(([fullUrl, resource]) => ({
    ...(fullUrl !== undefined && { fullUrl }),
    ...{ resource, request: { method: 'POST', url: resource.resourceType } },
  }));
  return { resourceType: 'Bundle', type: 'transaction', entry };
}

/** What clients that speak FHIR alone see of copies: what lies beside what they find, and all of it. */
export function describeFhirCopies(fixture: () => LayersFixture): void {
  const ask = async (path: string, { unit = 'cardiology', headers = {}, body }: Asked = {}) => {
    const { url, tokens } = fixture().authority();
    const token = unit === 'auditor' ? tokens.auditor : fixture().unitTokens.get(unit);
    const answer = await fetch(path.startsWith('http') ? path : `${url}/fhir${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        authorization: `Bearer ${token ?? ''}`,
        ...(body !== undefined && { 'content-type': 'application/fhir+json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: answer.status, headers: answer.headers, bundle: (await answer.json()) as Searchset };
  };
  const found = ({ entry = [] }: Searchset): string[] =>
    entry.map(({ resource: { resourceType }, search: { mode } }) => `${mode} ${resourceType}`);

  describe('FHIR searches of copies', () => {
    test('show what lies beside what they find, page through everything, and end with the grant', async () => {
      const home = await fixture().home();
      const { grantId } = await copyGranted(fixture(), home, 'cardiology', ['read', 'write']);
      const patient = `Patient/${patientResourceIdOf(home.patientId)}`;
      for (const day of ['2026-05-05', '2026-05-06']) {
        const made = await ask('', { body: weighed({ reference: patient }, day) });
        expect(made.status).toBe(200);
      }
      const search = async (query: string, asked: Asked = {}) => ask(`/Observation?${query}`, asked);
      const all = await until(
        () => search(`patient=${patient}&_total=accurate`),
        ({ bundle: { total } }) => total === 2,
      );
      expect(found(all.bundle)).toEqual(['match Observation', 'match Observation']);

      const beside = await search(
        `subject:Patient.identifier=${home.patientId}&date=2026-05-05&status=final&_total=accurate` +
          '&_include=Observation:device&_include=Observation:subject&_revinclude=Provenance:target',
      );
      expect([beside.bundle.total, found(beside.bundle)]).toEqual([
        1,
        ['match Observation', 'include Device', 'include Provenance', 'include Patient'],
      ]);
      // Each is what is read by its id, and leads to the others.
      const [weight, scale, source] = (beside.bundle.entry ?? []).map(({ resource }) => resource);
      expect((await ask(`/Device/${scale?.id ?? ''}`)).bundle).toEqual(scale);
      expect(weight).toMatchObject({ device: { reference: `Device/${scale?.id ?? ''}` } });
      expect(source).toMatchObject({ target: [{ reference: `Observation/${weight?.id ?? ''}` }] });
      const byReference = await search(`patient=${patient}&device=Device/${scale?.id ?? ''}`);
      expect(byReference.bundle.entry?.map(({ resource }) => resource)).toEqual([weight]);
      const byId = await search(`patient=${patient}&_id=${weight?.id ?? ''}&_lastUpdated=ge2026`);
      expect(byId.bundle.entry?.map(({ resource }) => resource)).toEqual([weight]);
      const kg = 'http://unitsofmeasure.org|kg';
      for (const [value, total] of Object.entries({
        ...{ [`81.4|${kg}`]: 2, 'gt81,lt1||kg': 2, [`ap80|${kg}`]: 2, [`gt81.4|${kg}`]: 0, '81400||g': 0 },
      })) {
        const { bundle } = await search(`patient=${patient}&value-quantity=${value}&_total=accurate`);
        expect([value, bundle.total, bundle.entry?.length ?? 0]).toEqual([value, total, total]);
      }
      expect((await search(`patient=${patient}&_lastUpdated=lt2026`)).bundle).not.toHaveProperty('entry');
      const devices = await ask(`/Device?patient=${patient}&_total=accurate`);
      expect([devices.bundle.total, found(devices.bundle)[0]]).toEqual([2, 'match Device']);

      const lenient = { headers: { prefer: 'handling=lenient' } };
      const ignoring = await search(`patient=${patient}&_count=1&favourite=1`, lenient);
      expect(ignoring.headers.get('preference-applied')).toBe('handling=lenient');
      expect(found(ignoring.bundle)).toEqual(['match Observation', 'outcome OperationOutcome']);
      expect((await search(`patient=${patient}&favourite=1`)).status).toBe(400);

      const everything = `/${patient}/$everything`;
      const pages: string[][] = [];
      let next: string | undefined = `${everything}?_count=4`;
      while (next !== undefined) {
        const { bundle, status } = await ask(next);
        expect(status).toBe(200);
        pages.push(found(bundle));
        next = bundle.link.find(({ relation }) => relation === 'next')?.url;
      }
      expect(pages.map(({ length }) => length)).toEqual([5, 2]);
      const record = ['match Device', 'match Observation', 'match Provenance'];
      expect(pages.flat()).toEqual(['match Patient', ...record, ...record]);
      const some = await ask(`${everything}?_type=Observation&start=2026-05-06&end=2026-05-07`);
      expect(found(some.bundle)).toEqual(['match Observation']);
      expect(found((await ask(`${everything}?_type=Patient&_since=2026-05-05`)).bundle)).toEqual([
        'match Patient',
      ]);

      for (const path of [everything, `/Observation?patient=${patient}&_include=Observation:device`]) {
        expect((await ask(path, { unit: 'billing' })).status).toBe(403);
        expect((await ask(path, { unit: 'auditor' })).status).toBe(403);
      }
      await home.revoke(grantId);
      const gone = await until(
        () => ask(everything),
        ({ status }) => status !== 200,
      );
      expect([gone.status, gone.bundle.resourceType]).toEqual([403, 'OperationOutcome']);
    }, 60_000);
  });
}

interface Asked {
  /** Whose token asks; `auditor` is a role. */
  readonly unit?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
}
