import { patientResourceIdOf, statementIdOf } from '@careledger/fhir';
import { describe, expect, test } from '@jest/globals';
import { call } from '../../fixtures/services/api-client.js';
import type { LayersFixture } from '../../fixtures/services/layers-fixture.js';
import { readFhir } from './read-fhir.js';

/** What clients that speak FHIR alone see of visits. */
export function describeFhirEncounters(fixture: () => LayersFixture): void {
  const read = (path: string, name = 'hospital') => readFhir(fixture().authority(name), path);

  describe('Encounter', () => {
    test('is a visit that this authority has recorded: when and whose, found by both, and another’s by nobody', async () => {
      const home = await fixture().home();
      const { patientId } = home;
      const patient = `patient=Patient/${patientResourceIdOf(patientId)}`;
      const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
      const at = minutesAgo(10);
      const { body } = await call(fixture().authority(), 'practitioner', 'POST /v1/visits', {
        ...{ patientId, at, data: { reason: 'check-up' } },
        checkIn: home.checkIn('aut_hospital', minutesAgo(15)),
      });
      const visitId = String(body['visitId']);
      const id = statementIdOf({ patientId, sid: visitId });
      const visit = await read(`/fhir/Encounter/${id}`);
      expect([visit.status, visit.body]).toEqual([
        200,
        {
          ...{ resourceType: 'Encounter', id, status: 'finished', period: { start: at } },
          extension: [{ url: 'urn:careledger:confirmed', valueBoolean: true }],
          identifier: [{ system: 'urn:careledger:visit', value: visitId }],
          class: { extension: [expect.objectContaining({ valueCode: 'unknown' })] },
          subject: expect.objectContaining({ reference: `Patient/${patientResourceIdOf(patientId)}` }),
          serviceProvider: expect.objectContaining({
            identifier: { system: 'urn:careledger:authority', value: 'aut_hospital' },
          }),
        },
      ]);
      const idsBy = async (query: string, name = 'hospital') => {
        const { entry = [] } = (await read(`/fhir/Encounter?${query}`, name)).body as {
          entry?: { resource: { id: string } }[];
        };
        return entry.map(({ resource }) => resource.id);
      };
      const day = at.slice(0, 10);
      for (const query of [patient, `${patient}&date=${day}`, `${patient}&date=le${day}`, `_id=${id}`])
        expect([query, await idsBy(query)]).toEqual([query, [id]]);
      expect(await idsBy(`${patient}&date=gt${day}`)).toEqual([]);
      expect(await idsBy(`patient=${(await fixture().home()).patientId}&_id=${id}`)).toEqual([]);
      expect((await read(`/fhir/Encounter/${id}`, 'lab')).status).toBe(404);
      expect(await idsBy(patient, 'lab')).toEqual([]);
      const refused = await call(fixture().authority(), 'auditor', `GET /fhir/Encounter/${id}`);
      expect([refused.status, refused.body['resourceType']]).toEqual([403, 'OperationOutcome']);
    });
  });
}
