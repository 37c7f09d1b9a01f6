import { statementIdOf } from '@careledger/fhir';
import { until } from '../../fixtures/services/until.js';
import { call } from '../../fixtures/services/api-client.js';
import { PASSPHRASE } from '../../fixtures/services/gateway-fixture.js';
import { LABORATORY, proposedConsent } from '../../fixtures/services/proposed-consent.js';
import type { Asker, Resource } from './asker.js';

interface Consent extends Resource {
  readonly status: string;
  readonly identifier: readonly [{ readonly value: string }];
}

/** What the hospital makes itself of what is on the ledger: no record holds it. Its practitioner is in no unit. */
export async function askForConsentsAndVisits(asker: Asker): Promise<void> {
  const { fixture, patient, tokens } = asker;
  const { patientId } = patient;
  const as = { token: tokens.practitioner };
  const post = { method: 'POST', ...as } as const;
  const get = (name: string, path: string) => asker.ask(name, `/${path}`, as);
  const search = (name: string, type: string, query: Readonly<Record<string, string>>) =>
    asker.ask(name, `/${type}/_search`, { method: 'POST', ...as, body: new URLSearchParams(query) });

  const body = proposedConsent(patientId, {}, LABORATORY);
  const proposed = (await asker.ask('consent-proposed', '/Consent', {
    ...post,
    body,
    status: 201,
  })) as Consent;
  const [{ value: subscriptionId }] = proposed.identifier;
  await fixture.own(patient, 'POST', `/subscriptions/${subscriptionId}/approve`, { passphrase: PASSPHRASE });
  const consent = `Consent/${proposed.id ?? ''}`;
  await until(
    async () => (await asker.fetch(`/${consent}`, as)).resource as Consent,
    ({ status }) => status === 'active',
  );
  await get('consent-active', consent);
  await get('consents-found', `Consent?patient=${patientId}`);
  await search('consents-posted', 'Consent', { patient: patientId });
  const refused = proposedConsent(patientId, { status: 'active' });
  await asker.ask('refusal-consent', '/Consent', { ...post, body: refused, status: 422 });

  const { body: visit } = await call(fixture.layers.authority(), 'practitioner', 'POST /v1/visits', {
    ...{ patientId, at: new Date(Date.now() - 60_000).toISOString(), data: { reason: 'check-up' } },
  });
  const encounter = `Encounter/${statementIdOf({ patientId, sid: String(visit['visitId']) })}`;
  await get('encounter', encounter);
  await get('encounters-found', `Encounter?patient=${patientId}`);
  await search('encounters-posted', 'Encounter', { patient: patientId });
  await get('group', 'Group/granted');
  await search('groups-posted', 'Group', {});
  const entry = [consent, encounter, 'Observation/1'].map((url) => ({ request: { method: 'GET', url } }));
  await asker.ask('batch-response', '', { ...post, body: { resourceType: 'Bundle', type: 'batch', entry } });
}
