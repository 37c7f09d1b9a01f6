import { statementIdOf } from '@careledger/fhir';
import { until } from '../fixtures/observation/until.js';
import { call } from '../fixtures/services/api-client.js';
import {
  PASSPHRASE,
  type GatewayFixture,
  type GatewayPatient,
} from '../fixtures/services/gateway-fixture.js';
import { proposedConsent } from '../fixtures/services/proposed-consent.js';

const LABORATORY = {
  code: [
    {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'laboratory' }],
    },
  ],
};

/** What an authority makes itself of what is on the ledger, as it answers at `/fhir`: by name. */
export async function authorityAnswers(
  fixture: GatewayFixture,
  patient: GatewayPatient,
): Promise<Readonly<Record<string, object>>> {
  const { patientId } = patient;
  const ask = async (request: string, body?: object) =>
    (await call(fixture.layers.authority(), 'practitioner', request, body)).body;
  const get = (path: string) => ask(`GET /fhir/${path}`);
  const asked = await ask('POST /fhir/Consent', proposedConsent(patientId, {}, LABORATORY));
  const [{ value: subscriptionId }] = asked['identifier'] as [{ value: string }];
  await fixture.own(patient, 'POST', `/subscriptions/${subscriptionId}/approve`, { passphrase: PASSPHRASE });
  const place = `Consent/${String(asked['id'])}`;
  const given = await until(
    () => get(place),
    ({ status }) => status === 'active',
  );
  const { visitId } = await ask('POST /v1/visits', {
    ...{ patientId, at: new Date(Date.now() - 60_000).toISOString(), data: { reason: 'check-up' } },
  });
  const encounter = `Encounter/${statementIdOf({ patientId, sid: String(visitId) })}`;
  const requestFor = (url: string) => ({ request: { method: 'GET', url } });
  const batch = {
    ...{ resourceType: 'Bundle', type: 'batch' },
    entry: [requestFor(place), requestFor(encounter), requestFor('Observation/1')],
  };
  return {
    capabilities: await get('metadata'),
    'consent-proposed': asked,
    'consent-active': given,
    'consents-found': await get(`Consent?patient=${patientId}`),
    encounter: await get(encounter),
    'encounters-found': await get(`Encounter?patient=${patientId}`),
    group: await get('Group/granted'),
    batch: await ask('POST /fhir', batch),
    outcome: await ask('POST /fhir/Consent', proposedConsent(patientId, { status: 'active' })),
  };
}
