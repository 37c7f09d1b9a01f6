import { call } from '../../fixtures/services/api-client.js';
import type { GatewayFixture, GatewayPatient } from '../../fixtures/services/gateway-fixture.js';
import { Asker } from './asker.js';
import { askForCopied } from './copied-records.js';
import { askForRefusals } from './refusals.js';
import { askForConsentsAndVisits } from './consents-and-visits.js';

/**
 * Every kind of answer that the hospital gives at `/fhir`, by name and to the letter: of a patient whose gateway has stored something,
 * and who lets the hospital keep a copy.
 */
export async function answersOf(
  fixture: GatewayFixture,
  patient: GatewayPatient,
): Promise<ReadonlyMap<string, string>> {
  const asker = new Asker(fixture, patient);
  await asker.ask('capability-statement', '/metadata', { token: undefined });
  const { patientId } = patient;
  const number = { type: 'MR', system: 'https://hospital.example/patients', value: 'H-2026/04711' };
  await call(fixture.layers.authority(), 'ops', `PUT /v1/patients/${patientId}/numbers`, {
    numbers: [number],
  });
  await asker.ask('patient', `/${asker.reference}`);
  await asker.ask('patients', `/Patient?identifier=${patientId}`);
  await asker.ask('patients-by-number', `/Patient?identifier=${number.system}|${number.value}`);
  await askForCopied(asker);
  await askForRefusals(asker);
  await askForConsentsAndVisits(asker);
  return asker.answers;
}
