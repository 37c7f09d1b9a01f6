import { nodeVerifier } from '@careledger/crypto';
import type { StatementBody } from '@careledger/contracts';
import { ProviderPool } from '@careledger/delivery';
import { HttpClientError, type HttpClient } from '@careledger/service-kit';
import { readStatement } from '@careledger/statements';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { TestHospital, readerWith } from '../../testing/test-hospital.js';
import { testPatient } from '../../testing/test-patient.js';
import { AccessService } from './access-service.js';
import { CloudWitnesses } from './cloud-witnesses.js';
import type { Receipts } from './receipts.js';

const PROVIDERS = ['prv_cloud-a', 'prv_cloud-b'];
const patient = testPatient();
const { recordId } = patient.newRecord();

let hospital: TestHospital;
let access: AccessService;
/** What each provider was sent, and what the own log had of it then. */
let asked: { providerId: string; statement: string; logged: unknown }[];
let answers: Record<string, HttpClientError>;
beforeEach(async () => {
  hospital = new TestHospital();
  asked = [];
  answers = {};
  await hospital.granted(patient.state, patient.grant());
  const { channels, authorityId, issuer, registrations, store, vouching, gate, accessLog } = hospital;
  access = new AccessService({
    ...{ authorityId, issuer, channels, registrations, store, vouching, gate, log: accessLog },
    ...{ verifier: nodeVerifier(), keys: [hospital.ownKey], receipts: {} as Receipts },
    witnesses: new CloudWitnesses({ mspId: 'HospitalMSP', peerMspIds: ['PatientsMSP'] }),
    providers: new ProviderPool<HttpClient>({
      providerIds: PROVIDERS,
      connect: clientOf,
      restMs: () => 1_000,
      clock: hospital.clock,
    }),
    outbox: { wake: () => undefined },
    count: () => undefined,
    logger: { warn: () => undefined },
  });
});
afterEach(() => hospital[Symbol.asyncDispose]());

function clientOf(providerId: string): HttpClient {
  const call = async (_method: string, _path: string, { body }: { body?: unknown }) => {
    const { statement } = body as { statement: string };
    const { sid } = readStatement(statement).payload;
    asked.push({ providerId, statement, logged: hospital.accessLog.find(sid) });
    throw answers[providerId] ?? new HttpClientError('UNREACHABLE', 'away');
  };
  return { call: call as unknown as HttpClient['call'], bytes: () => Promise.reject(new Error('no')) };
}
const open = (reader = readerWith()) => access.open({ patientId: patient.patientId, recordId, reader });
const bodies = () =>
  asked.map(({ statement }) => readStatement(statement).payload.body as StatementBody<'accessRequest'>);

test('a request names the provider through which it goes; another provider gets a request of its own', async () => {
  await expect(open()).rejects.toMatchObject({ code: 'PROVIDER_UNREACHABLE' });
  expect(bodies().map(({ relay }) => relay)).toEqual(PROVIDERS);
  const sids = asked.map(({ statement }) => readStatement(statement).payload.sid);
  expect(new Set(sids).size).toBe(PROVIDERS.length);
});

test('each request is in the own log before it leaves', async () => {
  await expect(open()).rejects.toThrow();
  expect(asked.map(({ logged }) => logged)).toEqual(
    PROVIDERS.map((providerId) => expect.objectContaining({ basis: 'request', providerId, outcome: null })),
  );
});

test('a permit that the patient’s policy has overtaken is asked for again', async () => {
  answers['prv_cloud-a'] = new HttpClientError('REFUSED', 'overtaken', {
    status: 403,
    problem: { type: '', title: '', status: 403, code: 'POLICY_CHANGED' },
  });
  await expect(open()).rejects.toThrow();
  expect(bodies().map(({ relay }) => relay)).toEqual(PROVIDERS);
});

test('the denial that there is no such record is on the ledger, and a 404 here', async () => {
  const denial = {
    ...{ patientId: patient.patientId, basis: 'request', requestSid: `${'r'.repeat(21)}A`, recordId },
    ...{ requester: 'aut_hospital', purpose: 'TREAT', decision: 'deny', reason: 'RECORD_UNKNOWN' },
    ...{ policyVersion: 1, at: '2026-05-05T11:00:00Z', txId: 'f'.repeat(64) },
  };
  answers['prv_cloud-a'] = new HttpClientError('REFUSED', 'denied', {
    status: 403,
    problem: { type: '', title: '', status: 403, code: 'ACCESS_DENIED', access: denial },
  });
  await expect(open()).rejects.toMatchObject({ code: 'RECORD_UNKNOWN' });
  const [{ sid } = { sid: '' }] = asked.map(({ statement }) => readStatement(statement).payload);
  expect(hospital.accessLog.find(sid)).toMatchObject({
    outcome: 'denied',
    txId: 'f'.repeat(64),
    version: null,
  });
  expect(asked).toHaveLength(1);
});

test('a practitioner who is not active asks for nothing', async () => {
  const practitionerId = await hospital.practitioner();
  await hospital.setStage(practitionerId, 'withdrawn');
  await expect(open(readerWith({ practitionerId }))).rejects.toMatchObject({ code: 'PRACTITIONER_UNKNOWN' });
  expect(asked).toEqual([]);
});
