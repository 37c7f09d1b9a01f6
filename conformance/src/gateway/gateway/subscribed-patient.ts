import type { DeviceSession } from '@careledger/examples/device';
import { expect } from '@jest/globals';
import { call } from '../../fixtures/services/api-client.js';
import {
  PASSPHRASE,
  type GatewayFixture,
  type GatewayPatient,
} from '../../fixtures/services/gateway-fixture.js';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
/** When readings begin: recent, and windows of it are over. */
export const START_MS = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 5 * HOUR_MS;

/** A record as the gateway lists it. */
export interface ListedRecord {
  readonly recordId: string;
  readonly providerId: string;
  readonly version: number;
  readonly kind: string;
  readonly stage: string;
}

/** A patient of whom the hospital has been told what it may do. */
export async function subscribed(
  fixture: GatewayFixture,
): Promise<{ patient: GatewayPatient; device: DeviceSession }> {
  const patient = await fixture.patient();
  const device = await fixture.device(patient);
  const hospital = fixture.layers.authority();
  await fixture.own(patient, 'POST', '/flush');
  const asked = await call(hospital, 'practitioner', 'POST /v1/subscriptions', {
    patientId: patient.patientId,
    permissions: ['read'],
    purposes: ['TREAT'],
    reason: 'Diabetes ward',
  });
  expect(asked.status).toBe(201);
  const pending = await fixture.own(patient, 'GET', '/subscriptions?status=pending');
  const subscriptionId = String(asked.body['subscriptionId']);
  expect(pending['subscriptions']).toEqual([
    expect.objectContaining({ subscriptionId, reason: 'Diabetes ward', status: 'pending' }),
  ]);
  const approved = await fixture.own(patient, 'POST', `/subscriptions/${subscriptionId}/approve`, {
    passphrase: PASSPHRASE,
  });
  expect(approved).toMatchObject({ status: 'done' });
  return { patient, device };
}

export async function listed(fixture: GatewayFixture, patient: GatewayPatient): Promise<ListedRecord[]> {
  return (await fixture.own(patient, 'GET', '/records'))['records'] as ListedRecord[];
}

/** The accesses that the ledger tells the patient of, once there are so many. */
export async function accessesOf(
  fixture: GatewayFixture,
  patient: GatewayPatient,
  count: number,
): Promise<Record<string, unknown>[]> {
  const deadline = AbortSignal.timeout(20_000);
  for (;;) {
    const { accesses } = await fixture.own(patient, 'GET', '/accesses');
    const listed = accesses as Record<string, unknown>[];
    if (listed.length >= count || deadline.aborted) return listed;
  }
}

export const openAtHospital = (fixture: GatewayFixture, patient: GatewayPatient, recordId: string) =>
  call(
    fixture.layers.authority(),
    'practitioner',
    `GET /v1/records/${recordId}?patientId=${patient.patientId}`,
  );
