import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { patientResourceIdOf } from '@careledger/fhir';
import { describe, expect, test } from '@jest/globals';
import { call } from '../../fixtures/services/api-client.js';
import { periodicRecord } from '../../fixtures/services/bundles.js';
import { announced, copyGranted } from '../../fixtures/services/granted.js';
import type { LayersFixture } from '../../fixtures/services/layers-fixture.js';
import { until } from '../../fixtures/services/until.js';

const SYSTEM = 'https://numbers.hospital.example/mrn';

interface Searchset {
  readonly total?: number;
  readonly entry?: readonly {
    readonly resource: { readonly id: string; readonly resourceType: string; readonly identifier?: unknown };
  }[];
}

/** What an authority's systems and clients see of the numbers by which it knows its patients. */
export function describePatientNumbers(fixture: () => LayersFixture): void {
  const put = (patientId: string, numbers: readonly object[], name?: string) =>
    call(fixture().authority(name), 'ops', `PUT /v1/patients/${patientId}/numbers`, { numbers });
  const get = (path: string, token = fixture().authority().tokens.practitioner, name?: string) =>
    call(fixture().authority(name), { role: 'practitioner', token: token ?? '' }, `GET /fhir/${path}`);
  const found = (body: object): string[] =>
    ((body as Searchset).entry ?? []).map(({ resource: { id } }) => id);
  const byNumber = (value: string) => `identifier=${encodeURIComponent(`${SYSTEM}|${value}`)}`;

  /** Names of files below a folder that have one of the texts in them. */
  async function filesWith(dir: string, texts: readonly string[]): Promise<string[]> {
    const files = await readdir(dir, { recursive: true });
    const having = await Promise.all(
      files.map(async (name) => {
        const path = join(dir, name);
        if (!(await stat(path).catch(() => undefined))?.isFile()) return [];
        const bytes = await readFile(path);
        return texts.some((text) => bytes.includes(text)) ? [name] : [];
      }),
    );
    return having.flat();
  }

  describe('the numbers by which a hospital knows its patients', () => {
    test('find a patient and what may be searched of the patient, stay after a restart, and are free when they are taken away', async () => {
      const [home, other] = [await fixture().home(), await fixture().home()];
      const { patientId } = home;
      const id = patientResourceIdOf(patientId);
      const value = 'H-2026/04711';
      const number = { type: 'MR', system: SYSTEM, value };
      const given = await put(patientId, [number]);
      expect([given.status, given.body]).toEqual([200, { numbers: [number] }]);
      expect((await put(other.patientId, [number])).body).toMatchObject({
        ...{ status: 409, code: 'NUMBER_TAKEN', heldBy: patientId },
      });

      const identifier = [
        { system: 'urn:careledger:patient', value: patientId },
        {
          type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'MR' }] },
          ...{ system: SYSTEM, value },
        },
      ];
      expect((await get(`Patient/${id}`)).body).toMatchObject({ id, identifier });
      const search = await get(`Patient?${byNumber(value)}&_total=accurate`);
      expect(search.body).toMatchObject({ total: 1, entry: [{ resource: { id, identifier } }] });
      const { url, tokens } = fixture().authority();
      const posted = await fetch(`${url}/fhir/Patient/_search`, {
        method: 'POST',
        headers: { authorization: `Bearer ${tokens.practitioner}` },
        body: new URLSearchParams({ identifier: value }),
      });
      expect(found((await posted.json()) as object)).toEqual([id]);
      // It is the hospital's own: no other authority has heard of it.
      const atLab = fixture().authority('lab').tokens.practitioner;
      expect(found((await get(`Patient?${byNumber(value)}`, atLab, 'lab')).body)).toEqual([]);
      expect((await get(`Patient/${id}`, atLab, 'lab')).body['identifier']).toEqual(identifier.slice(0, 1));

      await copyGranted(fixture(), home, 'cardiology');
      await announced(fixture(), home, ['aut_hospital']);
      const ward = fixture().unitTokens.get('cardiology');
      const ofPatient = (chain: string) => get(`Observation?${chain}&_include=Observation:subject`, ward);
      const direct = await until(
        () => ofPatient(`patient=Patient/${id}`),
        ({ body }) => found(body).length > 0,
      );
      const chained = await ofPatient(`patient.${byNumber(value)}`);
      expect(found(chained.body)).toEqual(found(direct.body));
      expect(found(chained.body)).toContain(id);
      expect(found((await ofPatient(`subject:Patient.${byNumber('H-1')}`)).body)).toEqual([]);

      const service = fixture().processes.child('hospital');
      await service.stop();
      await service.start();
      expect(found((await get(`Patient?${byNumber(value)}`)).body)).toEqual([id]);
      expect((await put(patientId, [])).body).toEqual({ numbers: [] });
      expect(found((await get(`Patient?${byNumber(value)}`)).body)).toEqual([]);
      expect((await put(other.patientId, [number])).status).toBe(200);
    });

    test('are in no ledger, store or log in clear, also of what was refused', async () => {
      const [home, other] = [await fixture().home(), await fixture().home()];
      const [value, system] = ['SECRET-31415926', 'https://secret-clinic.example/mrn'];
      const number = { system, value };
      await put(home.patientId, [number]);
      await put(other.patientId, [number]);
      await put(home.patientId, [number, number]);
      await put(home.patientId, [{ system, value: `${value},` }]);
      await get(`Patient?identifier=${encodeURIComponent(`${system}|${value}`)}`);
      await get(`Patient?identifier=${encodeURIComponent(`${system}|${value}|x`)}`);
      await home.store(fixture().provider(), {
        bundle: periodicRecord(home.patientId, 120),
        readers: ['aut_hospital'],
      });
      const { dir } = fixture();
      // Everything of every service, ledgers and logs included: the pseudonym is found in several.
      expect((await filesWith(dir, [home.patientId])).length).toBeGreaterThan(1);
      expect(await filesWith(dir, [value, system, encodeURIComponent(system)])).toEqual([]);
    });
  });
}
