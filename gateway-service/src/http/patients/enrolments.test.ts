import { generateEd25519, toBase64url } from '@careledger/crypto';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { TestCore } from '../../../testing/test-core.js';
import { TOKENS, newTestApp } from '../../../testing/test-app.js';
import { ENROLMENT_BATCHES_PER_MINUTE } from '../../patients/limits.js';
import { patientsPlugin, type PatientsOptions } from './plugin.js';

let t: TestCore;
beforeEach(async () => {
  t = await TestCore.open({ consentKeys: undefined });
});
afterEach(() => t[Symbol.asyncDispose]());

test('requests for many patients are limited by what they cost, and a flood of them keeps nobody else out', async () => {
  const { core } = t;
  const app = await newTestApp('');
  await app.register(patientsPlugin, {
    core,
    jobs: { watch: () => undefined },
  } as unknown as PatientsOptions);
  const consentKey = toBase64url(generateEd25519().signer.publicKey);
  const post = async (url: string, payload: object) => {
    const headers = { authorization: `Bearer ${TOKENS.ops}` };
    return (await app.inject({ method: 'POST', url, headers, payload })).statusCode;
  };
  const many = () => post('/v1/enrolments/offers', { consentKeys: [consentKey] });
  for (let n = 0; n < ENROLMENT_BATCHES_PER_MINUTE; n++) expect(await many()).toBe(200);
  expect(await many()).toBe(429);
  expect(await post('/v1/enrolments', { consentKey })).toBe(200);
  await app.close();
});
