import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { RunningService } from '@careledger/supervisor';
import { WORKSPACE } from '../docs/workspace.js';
import { call } from '../fixtures/services/api-client.js';
import { GatewayFixture, glucose, type GatewayPatient } from '../fixtures/services/gateway-fixture.js';

const HOSPITAL = 'aut_hospital';
const COMMAND = join(WORKSPACE, 'signer/bin/careledger-consent.js');
const run = promisify(execFile);

let fixture: GatewayFixture;
let hospital: RunningService;
let folder: string;
let patient: GatewayPatient;

beforeAll(async () => {
  fixture = await GatewayFixture.start({ gateway: { consentKeys: 'patient' } });
  hospital = fixture.layers.authority();
  folder = await mkdtemp(join(tmpdir(), 'careledger-signer-'));
  await writeFile(join(folder, 'passphrase'), 'words that no gateway ever hears\n', { mode: 0o600 });
  await writeFile(join(folder, 'ops'), `${fixture.gateway.tokens.ops}\n`, { mode: 0o600 });
}, 300_000);
afterAll(async () => {
  await fixture[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
}, 60_000);

/** The command as a patient runs it, who says yes to everything. */
async function consent(...args: string[]): Promise<string> {
  const files = ['--file', join(folder, 'consent.json'), '--passphrase-file', join(folder, 'passphrase')];
  const { stdout } = await run(process.execPath, [COMMAND, ...files, '--yes', ...args]);
  return stdout.trim();
}
const answer = async (...args: string[]): Promise<Record<string, unknown>> =>
  JSON.parse(await consent(...args)) as Record<string, unknown>;

/** What the hospital gets of the patient's newest record. */
async function opened(): Promise<number> {
  const { records } = await fixture.own(patient, 'GET', '/records');
  const { recordId } = (records as { recordId: string }[]).at(-1) ?? {};
  const request = `GET /v1/records/${recordId}?patientId=${patient.patientId}`;
  return (await call(hospital, 'practitioner', request)).status;
}

test('a patient enrols with a key of their own, and no passphrase is taken', async () => {
  const { patientId } = await answer('init', '--network', fixture.layers.network.networkId);
  await answer('enrol', fixture.gateway.url, '--token-file', join(folder, 'ops'));
  // The token of the enrolment stays in the patient's file; a new one, which replaces it, is given to the signer as to any app.
  const { token } = await fixture.ok('POST', `/v1/patients/${String(patientId)}/tokens`);
  patient = { patientId: String(patientId), token: String(token) };
  await writeFile(join(folder, 'token'), `${patient.token}\n`, { mode: 0o600 });
  await consent('gateway', fixture.gateway.url, '--token-file', join(folder, 'token'));
  const path = `/v1/patients/${patient.patientId}/grants/revoke-all`;
  const refused = await fixture.call('POST', path, { passphrase: 'a long passphrase' }, patient.token);
  expect(refused).toMatchObject({ status: 403, body: { code: 'CONSENT_KEY_NOT_KEPT' } });
  const enrolled = await fixture.call('POST', '/v1/patients', { passphrase: 'a long passphrase' });
  expect(enrolled).toMatchObject({ status: 403, body: { code: 'CONSENT_KEY_NOT_KEPT' } });
});

test('what the patient grants opens a record, and what the patient revokes past the gateway closes it', async () => {
  await using device = await fixture.device(patient);
  const nowMs = Date.now();
  await device.send([glucose(nowMs - 7_200_000, 110), glucose(nowMs - 60_000, 120)]);
  await fixture.own(patient, 'POST', '/flush');
  expect(await opened()).toBe(403);

  const unproved = await consent('grant', HOSPITAL).catch((error: { stderr: string }) => error.stderr);
  expect(unproved).toContain('AUTHORITY_KEY_UNPROVED');
  expect(await answer('trust', HOSPITAL, '--from', hospital.url)).toMatchObject({ ledger: 'same' });
  expect(await answer('grant', HOSPITAL)).toMatchObject({ status: 'done' });
  await fixture.own(patient, 'POST', '/flush');
  while ((await opened()) !== 200);

  const statement = await consent('revoke-all', '--offline');
  const relayed = await call(hospital, 'practitioner', 'POST /v1/revocations', { statement });
  expect(relayed.status).toBe(201);
  expect(await opened()).toBe(403);
}, 300_000);
