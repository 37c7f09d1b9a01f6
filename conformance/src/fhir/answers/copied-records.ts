import { readResourceId, resourceIdOf } from '@careledger/fhir';
import { until } from '../../fixtures/services/until.js';
import { call } from '../../fixtures/services/api-client.js';
import { weight } from '../../fixtures/services/bundles.js';
import { PASSPHRASE } from '../../fixtures/services/gateway-fixture.js';
import { COPY_UNIT, type Asker, type Bundle } from './asker.js';

const DEVICE = 'urn:uuid:0a3f1f2e-5a5b-4c3d-9e8f-112233445566';
const WEIGHT = 'urn:uuid:0a3f1f2e-5a5b-4c3d-9e8f-112233445567';

/** What the hospital writes into records, reads there, and finds in the copy that the patient lets it keep. */
export async function askForCopied(asker: Asker): Promise<void> {
  await letBeCopied(asker);
  await write(asker);
  await search(asker);
}

async function letBeCopied(asker: Asker): Promise<void> {
  const { fixture, patient, reference } = asker;
  const asked = await call(fixture.layers.authority(), 'ops', 'POST /v1/subscriptions', {
    ...{ patientId: patient.patientId, permissions: ['read', 'write', 'modify'], purposes: ['TREAT'] },
    copy: { purpose: 'TREAT', unit: COPY_UNIT },
  });
  const path = `/subscriptions/${String(asked.body['subscriptionId'])}/approve`;
  await fixture.own(patient, 'POST', path, { passphrase: PASSPHRASE });
  const copy = `/Observation?patient=${reference}`;
  await until(
    () => asker.fetch(copy),
    ({ status }) => status === 200,
  );
}

async function write(asker: Asker): Promise<void> {
  const body = weight({ reference: asker.reference }, 81.4);
  await asker.ask('validate', '/Observation/$validate', { method: 'POST', body });
  await asker.ask('validate-fault', '/Observation/$validate', {
    ...{ method: 'POST', body: { ...body, status: 'done' } },
  });
  const made = await asker.ask('create', '/Observation', { method: 'POST', body, status: 201 });
  await asker.ask('accepted', '/Observation', {
    ...{ method: 'POST', body: { ...body, effectiveDateTime: '2026-05-05' }, status: 202 },
    headers: { prefer: 'respond-async' },
  });
  const place = `/Observation/${made.id ?? ''}`;
  await asker.ask('update', place, {
    ...{ method: 'PUT', body: { ...made, status: 'amended' }, headers: { 'if-match': 'W/"1"' } },
  });
  await asker.ask('read', place);
  await asker.ask('vread', `${place}/_history/1`);
  await asker.ask('history', `${place}/_history`);
  const entries = [
    { fullUrl: DEVICE, resource: { resourceType: 'Device', type: { text: 'Scale' } } },
    { fullUrl: WEIGHT, resource: { ...body, device: { reference: DEVICE } } },
    {
      resource: {
        ...{ resourceType: 'Provenance', recorded: '2026-05-05T10:05:00Z' },
        ...{ target: [{ reference: WEIGHT }], agent: [{ who: { reference: DEVICE } }] },
      },
    },
  ].map((entry) => ({ ...entry, request: { method: 'POST', url: entry.resource.resourceType } }));
  await asker.ask('transaction-response', '', {
    ...{ method: 'POST', body: { resourceType: 'Bundle', type: 'transaction', entry: entries } },
  });
}

async function search(asker: Asker): Promise<void> {
  const { reference, tokens } = asker;
  const all = `/Observation?patient=${reference}&_total=accurate`;
  // What was written is there: three of the hospital's own, and what the gateway's records hold.
  await until(
    async () => (await asker.fetch(`${all}&code=29463-7`)).resource as Bundle,
    ({ total = 0 }) => total === 3,
  );
  const found = await asker.ask('searchset', `${all}&_count=100`);
  const [, device = ''] = /"Device\/([^"]+)"/.exec(JSON.stringify(found)) ?? [];
  await asker.ask('device', `/Device/${device}`);
  await asker.ask('bundle', `/Bundle/${recordOf(device)}`);
  await asker.ask('searchset-page', `${all}&_count=1`);
  await asker.ask('searchset-count', `${all}&_summary=count`);
  // HAPI holds vital signs to their profiles by their codes, also where a client has asked for less.
  const ofProfiles = 'category,subject,effective,value,dataAbsentReason,component';
  await asker.ask('searchset-elements', `${all}&_elements=${ofProfiles}`);
  const beside = '_include=Observation:device&_include=Observation:subject&_revinclude=Provenance:target';
  await asker.ask('searchset-included', `${all}&${beside}`);
  await asker.ask('searchset-lenient', `${all}&x=1`, { headers: { prefer: 'handling=lenient' } });
  await asker.ask('provenances', `/Provenance?patient=${reference}&_elements=target`);
  await asker.ask('everything', `/${reference}/$everything?_count=100`);
  await asker.ask('searchset-quantity', `${all}&value-quantity=ge81.4||kg`);
  await asker.ask('searchset-empty', `${all}&code=718-7`);
  const asAuditor = { token: tokens.auditor };
  const events = (await asker.ask('audit-events', `/AuditEvent?patient=${reference}`, asAuditor)) as Bundle;
  await asker.ask('audit-event', `/AuditEvent/${events.entry?.[0]?.resource.id ?? ''}`, asAuditor);
}

/** Id of the record in which a resource lies. */
function recordOf(id: string): string {
  const ref = readResourceId(id);
  if (ref === undefined) throw new RangeError(`${id} is the id of nothing`);
  return resourceIdOf({ ...ref, entry: undefined });
}
