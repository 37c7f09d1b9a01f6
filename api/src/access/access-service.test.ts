import { nodeVerifier } from '@careledger/crypto';
import type { AccessState, StatementBody } from '@careledger/contracts';
import { ProviderPool } from '@careledger/delivery';
import type { AccessItem } from '@careledger/protocol';
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
let answers: Record<string, (statements: readonly string[]) => AccessItem[] | HttpClientError>;
/** Statements in each call. */
let calls: number[];
beforeEach(async () => {
  hospital = new TestHospital();
  asked = [];
  answers = {};
  calls = [];
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
    const { statements } = body as { statements: string[] };
    calls.push(statements.length);
    for (const statement of statements) {
      const { sid } = readStatement(statement).payload;
      asked.push({ providerId, statement, logged: hospital.accessLog.find(sid) });
    }
    const answer = answers[providerId]?.(statements) ?? new HttpClientError('UNREACHABLE', 'away');
    if (answer instanceof HttpClientError) throw answer;
    return { items: answer };
  };
  return { call: call as unknown as HttpClient['call'], bytes: () => Promise.reject(new Error('no')) };
}
const openAll = (recordIds: readonly string[], reader = readerWith()) =>
  access.open({
    patientId: patient.patientId,
    versions: recordIds.map((id) => ({ recordId: id, version: 1, stored: undefined })),
    reader,
  });
const open = async (reader = readerWith()) => {
  const [opened] = await openAll([recordId], reader);
  if (opened?.status !== 'fulfilled') throw opened?.reason;
  return opened.value;
};
const bodyOf = (statement: string) => readStatement(statement).payload.body as StatementBody<'accessRequest'>;
const bodies = () => asked.map(({ statement }) => bodyOf(statement));
const sidOf = (statement: string) => readStatement(statement).payload.sid;
const denialOf = (statement: string): AccessItem => {
  const { patientId, recordId: id } = bodyOf(statement);
  const reason = 'RECORD_UNKNOWN';
  const access: AccessState = {
    ...{ patientId, basis: 'request', requestSid: sidOf(statement), recordId: id },
    ...{ requester: 'aut_hospital', purpose: 'TREAT', decision: 'deny', reason },
    ...{ policyVersion: 1, policyHash: 'A'.repeat(43), at: '2026-05-05T11:00:00Z', txId: 'f'.repeat(64) },
  };
  const problem = { code: 'ACCESS_DENIED', detail: 'Denied', reason };
  return { requestSid: sidOf(statement), access, problem };
};
const failed = (statement: string, code: string): AccessItem => ({
  requestSid: sidOf(statement),
  problem: { code, detail: 'no' },
});

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
  answers['prv_cloud-a'] = (statements) => statements.map((each) => failed(each, 'POLICY_CHANGED'));
  await expect(open()).rejects.toThrow();
  expect(bodies().map(({ relay }) => relay)).toEqual(PROVIDERS);
});

test('the denial that there is no such record is on the ledger, and a 404 here', async () => {
  answers['prv_cloud-a'] = (statements) => statements.map(denialOf);
  await expect(open()).rejects.toMatchObject({ code: 'RECORD_UNKNOWN' });
  const [{ sid } = { sid: '' }] = asked.map(({ statement }) => readStatement(statement).payload);
  expect(hospital.accessLog.find(sid)).toMatchObject({
    outcome: 'denied',
    txId: 'f'.repeat(64),
    version: 1,
  });
  expect(asked).toHaveLength(1);
});

test('of many, only those are asked for again at another provider that another request may do for', async () => {
  const ids = [1, 2, 3].map(() => patient.newRecord().recordId);
  answers['prv_cloud-a'] = ([first = '', second = '', third = '']) => [
    denialOf(first),
    failed(second, 'PERMIT_EXPIRED'),
    failed(third, 'ACCESS_REFUSED'),
  ];
  answers['prv_cloud-b'] = (statements) => statements.map(denialOf);
  const opened = await openAll(ids);
  expect(opened.map((one) => one.status === 'rejected' && (one.reason as { code: string }).code)).toEqual([
    'RECORD_UNKNOWN',
    'RECORD_UNKNOWN',
    'ACCESS_REFUSED',
  ]);
  expect(calls).toEqual([3, 1]);
  expect(bodies().map(({ recordId: id }) => id)).toEqual([...ids, ids[1]]);
});

test('what an answer had no room for is asked for again with the same statement, and not for ever', async () => {
  const ids = [1, 2, 3].map(() => patient.newRecord().recordId);
  answers['prv_cloud-a'] = (statements) =>
    statements.map((each, index) =>
      index === 0 && statements.length > 1 ? denialOf(each) : { requestSid: sidOf(each), left: true },
    );
  const opened = await openAll(ids);
  expect(opened.map((one) => one.status === 'rejected' && (one.reason as { code: string }).code)).toEqual([
    'RECORD_UNKNOWN',
    'RECORD_UNKNOWN',
    'PROVIDER_UNREACHABLE',
  ]);
  // Three, two, one that is left for good; then once at the other provider.
  expect(calls).toEqual([3, 2, 1, 1]);
  expect(asked[3]?.statement).toBe(asked[1]?.statement);
  expect(asked[5]?.statement).toBe(asked[2]?.statement);
});

test('a practitioner who is not active asks for nothing', async () => {
  const practitionerId = await hospital.practitioner();
  await hospital.setStage(practitionerId, 'withdrawn');
  await expect(open(readerWith({ practitionerId }))).rejects.toMatchObject({ code: 'PRACTITIONER_UNKNOWN' });
  expect(asked).toEqual([]);
});
