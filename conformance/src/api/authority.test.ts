import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { LayersFixture } from '../fixtures/services/layers-fixture.js';
import { describeAnswers } from './authority/answers.js';
import { describeCopies } from './authority/copies.js';
import { describeEmergencies } from './authority/emergencies.js';
import { describeFhirCopies } from './authority/fhir-copies.js';
import { describeFhir } from './authority/fhir.js';
import { describeFhirBatch } from './authority/fhir-batch.js';
import { describeFhirConsents } from './authority/fhir-consents.js';
import { describeFhirCopiedReads } from './authority/fhir-copied-reads.js';
import { describeFhirEncounters } from './authority/fhir-encounters.js';
import { describeMedplum } from './authority/medplum.js';
import { describePatientNumbers } from './authority/patient-numbers.js';
import { describePractitioners } from './authority/practitioners.js';
import { describeRecords } from './authority/records.js';
import { describeRevocations } from './authority/revocations.js';
import { describeSpans } from './authority/spans.js';
import { describeSubscriptions } from './authority/subscriptions.js';
import { describeVisits } from './authority/visits.js';
import { describeWriting } from './authority/writing.js';

let fixture: LayersFixture;
const running = (): LayersFixture => fixture;
beforeAll(async () => {
  fixture = await LayersFixture.start({
    authorities: ['hospital', 'lab'],
    units: ['cardiology', 'billing'],
  });
}, 180_000);
afterAll(() => fixture[Symbol.asyncDispose]());

describeSubscriptions(running);
describeRecords(running);
describeSpans(running);
describeAnswers(running);
describeCopies(running);
describeWriting(running);
describeEmergencies(running);
describeVisits(running);
describePractitioners(running);
describePatientNumbers(running);
describeRevocations(running);
describeFhir(running);
describeFhirConsents(running);
describeFhirEncounters(running);
describeFhirBatch(running);
describeFhirCopies(running);
describeFhirCopiedReads(running);
describeMedplum(running);

test('it is ready, and describes itself in OpenAPI 3.1', async () => {
  const { url } = fixture.authority();
  expect((await fetch(`${url}/livez`)).status).toBe(200);
  expect(await (await fetch(`${url}/readyz`)).json()).toMatchObject({ status: 'ready' });
  const openapi = (await (await fetch(`${url}/openapi.json`)).json()) as { openapi: string; paths: object };
  expect(openapi.openapi).toBe('3.1.0');
  expect(Object.keys(openapi.paths)).toEqual(
    expect.arrayContaining(['/v1/notices', '/v1/records/{recordId}']),
  );
});
