import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { STATEMENTS, type AccessState } from '@careledger/contracts';
import type { Signer } from '@careledger/crypto';
import { sodiumVerifier } from '@careledger/crypto/sodium';
import type { ServiceApp } from '@careledger/service-kit';
import { makeStatement, readStatement } from '@careledger/statements';
import { PASSPHRASE } from '../../../testing/open-core.js';
import { TOKENS, newTestApp } from '../../../testing/test-app.js';
import { TestCore } from '../../../testing/test-core.js';
import { openProviders } from '../../ledger-access/providers.js';
import { ConsentError } from '../../consent/index.js';
import type { Patient } from '../../patients/index.js';
import { auditPlugin } from './plugin.js';

let t: TestCore;
let patient: Patient;
let app: ServiceApp;
let accesses: AccessState[];
let registered: () => Promise<void>;

beforeEach(async () => {
  t = await TestCore.open();
  patient = await t.patient();
  accesses = [];
  registered = () => Promise.resolve();
  app = await newTestApp(patient.patientId);
  // All that these routes ask of a gateway; what the ledger answers is the test's.
  await app.register(auditPlugin, {
    core: t.core,
    consent: { registered: () => registered() },
    verifier: sodiumVerifier(),
    ledger: { channel: () => ({ evaluate: (async () => ({ rows: accesses, bookmark: '' })) as never }) },
    networkId: 'devnet',
    providers: openProviders([]),
  });
});
afterEach(async () => {
  await app.close();
  await t[Symbol.asyncDispose]();
});

const call = (method: 'GET' | 'POST', path: string, payload?: object) =>
  app.inject({
    method,
    url: `/v1/patients/${patient.patientId}${path}`,
    headers: { authorization: `Bearer ${TOKENS.patient}` },
    ...(payload !== undefined && { payload }),
  });

describe('a check-in', () => {
  const { typ } = STATEMENTS.checkIn;
  const code = (signer: Signer, changes: object = {}): string =>
    makeStatement(
      {
        ...{ typ, iss: patient.patientId, aud: 'devnet', channels: ['authorities', 'cloud'] },
        body: { authorityId: 'aut_hospital', at: new Date().toISOString() },
        ...changes,
      },
      signer,
    );

  test('cannot be made by a gateway alone, which would say that somebody is there who is not', async () => {
    const alone = await call('POST', '/check-in', { authorityId: 'aut_hospital' });
    expect([alone.statusCode, alone.json()]).toEqual([
      400,
      expect.objectContaining({ code: 'VALIDATION_FAILED' }),
    ]);
    const byGateway = await call('POST', '/check-in', { statement: code(patient.chain.signer) });
    expect([byGateway.statusCode, byGateway.json()]).toEqual([
      422,
      expect.objectContaining({ code: 'CONSENT_STATEMENT_REFUSED' }),
    ]);
  });

  test('is signed with the consent key, by its passphrase or by the patient’s app', async () => {
    const consent = await t.core.patients.unlockConsent(patient.patientId, PASSPHRASE);
    const made = await call('POST', '/check-in', { authorityId: 'aut_hospital', passphrase: PASSPHRASE });
    const { header, payload } = readStatement((made.json() as { statement: string }).statement);
    expect([header.typ, header.kid]).toEqual([typ, consent.kid]);
    expect(payload).toMatchObject({ iss: patient.patientId, body: { authorityId: 'aut_hospital' } });
    const ready = code(consent);
    expect((await call('POST', '/check-in', { statement: ready })).json()).toEqual({ statement: ready });
    const elsewhere = await call('POST', '/check-in', { statement: code(consent, { aud: 'another' }) });
    expect(elsewhere.statusCode).toBe(422);
  });

  test('of a patient whom no authority can know yet waits, and says when to ask again', async () => {
    const body = { authorityId: 'aut_hospital', passphrase: PASSPHRASE };
    const registration = Promise.withResolvers<void>();
    registered = () => registration.promise;
    let isAnswered = false;
    const answer = call('POST', '/check-in', body).finally(() => (isAnswered = true));
    await delay(50);
    expect(isAnswered).toBe(false);
    registration.resolve();
    expect((await answer).statusCode).toBe(200);
    registered = () =>
      Promise.reject(new ConsentError('REGISTRATION_PENDING', 'Not yet', { members: { retryAfterS: 5 } }));
    const consent = await t.core.patients.unlockConsent(patient.patientId, PASSPHRASE);
    for (const asked of [body, { statement: code(consent) }]) {
      const pending = await call('POST', '/check-in', asked);
      expect([pending.statusCode, pending.headers['retry-after'], pending.json()]).toEqual([
        503,
        '5',
        expect.objectContaining({ code: 'REGISTRATION_PENDING', retryAfterS: 5 }),
      ]);
    }
  });
});

test('a reading of a notice that the ledger would have refused is shown to the patient, and stands out', async () => {
  const access = (changes: Partial<AccessState>): AccessState => ({
    ...{ patientId: patient.patientId, basis: 'notice', requestSid: 'AAAAAAAAAAAAAAAAAAAAAA' },
    ...{ requester: 'aut_hospital', recordId: `rec_${'a'.repeat(32)}`, purpose: 'ETREAT' },
    ...{
      decision: 'deny',
      reason: 'GRANT_EXPIRED',
      policyVersion: 3,
      policyHash: 'A'.repeat(43),
      txId: '0'.repeat(64),
    },
    ...{ at: '2026-06-01T08:00:00.000Z', readAt: '2026-06-01T07:59:00.000Z' },
    ...changes,
  });
  accesses = [
    access({}),
    access({ decision: 'permit', reason: 'GRANT', version: 1 }),
    access({ basis: 'request', reason: 'RECORD_UNKNOWN' }),
  ];
  const answer = await call('GET', '/accesses');
  expect(answer.statusCode).toBe(200);
  const shown = (answer.json() as { accesses: (AccessState & { isAgainstPolicy: boolean })[] }).accesses;
  expect(shown.map(({ isAgainstPolicy }) => isAgainstPolicy)).toEqual([true, false, false]);
  expect(shown[0]).toMatchObject({ basis: 'notice', readAt: '2026-06-01T07:59:00.000Z' });
  expect(shown[0]).not.toHaveProperty('version');
});
