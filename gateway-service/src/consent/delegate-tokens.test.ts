import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { hash } from 'node:crypto';
import { ConsentDesk } from '../../testing/consent-desk.js';
import { ConsentKeys } from '../patients/consent-keys.js';
import type { Patient } from '../patients/index.js';
import { DelegateTokens } from './delegate-tokens.js';

const [ABOVE, BELOW] = ['A'.repeat(22), 'B'.repeat(21) + 'A'];
const A_DAY_MS = 86_400_000;

let desk: ConsentDesk;
let patient: Patient;
let tokens: DelegateTokens;
let endMs: number;
beforeEach(async () => {
  desk = await ConsentDesk.open();
  const { t, delegations } = desk;
  patient = await t.patient();
  const { database } = t.core.store;
  endMs = t.nowMs + A_DAY_MS;
  tokens = new DelegateTokens({ database, patients: t.core.patients, delegations, clock: () => t.nowMs });
  appoint(ABOVE, [ABOVE], endMs);
  appoint(BELOW, [ABOVE, BELOW], endMs + A_DAY_MS);
});
afterEach(() => desk[Symbol.asyncDispose]());

function appoint(
  delegationId: string,
  path: string[],
  untilMs: number,
  { status = 'active', of = patient }: { status?: 'pending' | 'active'; of?: Patient } = {},
): void {
  const { t, delegations } = desk;
  const until = new Date(untilMs).toISOString();
  const terms = { acts: [], path, policySeq: 1, until } as never;
  const { patientNo } = of;
  t.core.store.deferred(() =>
    delegations.insert({ patientNo, delegationId, terms, status, madeMs: t.nowMs }),
  );
}
const holder = (token: string) => tokens.find(hash('sha256', token));

test('a delegate’s token stands for its one patient and its delegation; the next one takes its place', () => {
  const token = tokens.issue(patient, BELOW);
  expect(holder(token)).toMatchObject({ role: 'delegate', delegationId: BELOW });
  expect([...(holder(token)?.patientIds ?? [])]).toEqual([patient.patientId]);
  const next = tokens.issue(patient, BELOW);
  expect(holder(token)).toBeUndefined();
  expect(holder(next)).toBeDefined();
  expect(() => tokens.issue(patient, 'C'.repeat(21) + 'A')).toThrow(
    expect.objectContaining({ code: 'DELEGATION_NOT_FOUND' }),
  );
});

test('it is nobody’s once the delegation, or one above it, has ended, is over, or is refused', () => {
  const { t, delegations } = desk;
  const [above, below] = [tokens.issue(patient, ABOVE), tokens.issue(patient, BELOW)];
  t.nowMs = endMs - 1;
  expect([above, below].map((token) => holder(token) !== undefined)).toEqual([true, true]);
  t.nowMs = endMs;
  expect([above, below].map(holder)).toEqual([undefined, undefined]);
  t.nowMs = endMs - 1;
  t.core.store.deferred(() => delegations.end(patient.patientNo, BELOW, t.nowMs));
  expect([above, below].map((token) => holder(token) !== undefined)).toEqual([true, false]);
  t.core.store.deferred(() => delegations.setStatus(patient.patientNo, ABOVE, 'active', 'refused'));
  expect(holder(above)).toBeUndefined();
});

test('none is handed out for a delegation that is over; one that is on its way gets one that counts later', () => {
  const { t, delegations } = desk;
  const later = 'D'.repeat(21) + 'A';
  appoint(later, [later], endMs, { status: 'pending' });
  const token = tokens.issue(patient, later);
  expect(holder(token)).toBeUndefined();
  t.core.store.deferred(() => delegations.setStatus(patient.patientNo, later, 'pending', 'active'));
  expect(holder(token)).toBeDefined();
  t.core.store.deferred(() => delegations.end(patient.patientNo, ABOVE, t.nowMs));
  t.nowMs = endMs;
  for (const delegationId of [ABOVE, BELOW, later])
    expect(() => tokens.issue(patient, delegationId)).toThrow(
      expect.objectContaining({ code: 'DELEGATION_NOT_FOUND' }),
    );
});

test('a revoke-all ends it, also with a consent key that came later; another key alone leaves it', () => {
  const { t, delegations } = desk;
  const token = tokens.issue(patient, ABOVE);
  t.core.store.deferred(() =>
    new ConsentKeys(t.core.store.database).put(patient.patientNo, 'A'.repeat(43), 1),
  );
  expect(holder(token)).toBeDefined();
  t.core.store.deferred(() => delegations.endThrough(patient.patientNo, { policySeq: 1, epoch: 1 }, t.nowMs));
  expect(holder(token)).toBeUndefined();
});

test('those of a patient’s delegates are withdrawn together, and no other patient’s', async () => {
  const other = await desk.t.patient();
  appoint(ABOVE, [ABOVE], endMs, { of: other });
  const [own, others] = [tokens.issue(patient, ABOVE), tokens.issue(other, ABOVE)];
  tokens.withdraw(patient);
  expect([own, others].map((token) => holder(token) !== undefined)).toEqual([false, true]);
});

test('what is listed for a delegate is what rests on its delegation', () => {
  const ids = (by?: string) =>
    desk.delegations.page(patient.patientNo, undefined, 9, by).map(({ delegationId }) => delegationId);
  expect(ids()).toEqual([ABOVE, BELOW]);
  expect(ids(ABOVE)).toEqual([ABOVE, BELOW]);
  expect(ids(BELOW)).toEqual([BELOW]);
});
