import { randomId128 } from '@careledger/crypto';
import { CHANNELS, type ChannelName } from '@careledger/domain';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { ConsentDesk } from '../../testing/consent-desk.js';
import { takingLedgers } from '../../testing/taking-ledgers.js';
import type { TestCore } from '../../testing/test-core.js';
import { LEDGER_CONCURRENCY } from '../ledger-access/limits.js';
import type { Settled } from '../ledger-access/statement-batcher.js';
import type { Patient } from '../patients/index.js';
import { ConsentOutbox } from './index.js';
import { ORDER } from './intake.js';

const silent = { warn: () => undefined, error: () => undefined };
const taken: Settled = { item: { sid: null, code: 'OK', txId: 'f'.repeat(64) }, blockNumber: 1 };

let desk: ConsentDesk;
let t: TestCore;
let patient: Patient;
beforeEach(async () => {
  desk = await ConsentDesk.open();
  ({ t } = desk);
  patient = await t.patient();
});
afterEach(() => desk[Symbol.asyncDispose]());

test('a revocation stands behind no registrations, however many are on their way and whatever keeps them', async () => {
  const { store } = t.core;
  const statement = await desk.said(patient, 'revokeAll', { policySeq: 1 });
  const common = { channels: CHANNELS, isUnordered: true, statement };
  store.deferred(() => {
    // Of patients who were enrolled before, as many as one request after the other brings.
    for (let n = 1; n <= 2 * LEDGER_CONCURRENCY; n++)
      desk.steps.insert({ ...common, patientNo: 1_000 + n, job: randomId128(), kind: 'register' }, t.nowMs);
    const { patientNo } = patient;
    desk.steps.insert({ ...common, patientNo, job: randomId128(), kind: 'revoke' }, t.nowMs);
  });
  const registered = Promise.withResolvers<Settled>();
  const held = { submit: () => registered.promise };
  const revoked: ChannelName[] = [];
  const isRevoked = Promise.withResolvers<void>();
  const revoking = (channel: ChannelName) => ({
    submit: async () => {
      if (revoked.push(channel) === CHANNELS.length) isRevoked.resolve();
      return taken;
    },
  });
  const outbox = new ConsentOutbox({
    ...{ store, steps: desk.steps, clock: () => t.nowMs, logger: silent, patients: { byNo: () => patient } },
    ledger: {
      register: { authorities: held, cloud: held },
      revoke: { authorities: revoking('authorities'), cloud: revoking('cloud') },
    } as never,
    rotations: desk.rotations,
    settler: { settling: () => undefined, settled: () => undefined },
  });
  outbox.start();
  await isRevoked.promise;
  expect(new Set(revoked)).toEqual(new Set(CHANNELS));
  registered.resolve(taken);
  await outbox.stop();
});

test('a registration that a ledger holds for one from the future is brought again: the patient could not be made again', async () => {
  await desk.consent.register(patient);
  const asked = new Map<ChannelName, number>();
  const { outbox, settled } = takingLedgers(desk, patient.patientNo, (channel) => {
    asked.set(channel, (asked.get(channel) ?? 0) + 1);
    return asked.get(channel) === 1 ? 'STATEMENT_FROM_FUTURE' : 'OK';
  });
  outbox.start();
  await settled();
  expect(
    desk.steps
      .jobsOf(patient.patientNo, 'register')
      .flat()
      .map(({ status }) => status),
  ).toEqual(['done', 'done']);
});

test('a revocation that cloud refuses is brought to authorities all the same, where another key may be in force', async () => {
  const { patientNo } = patient;
  const job = randomId128();
  const statement = await desk.said(patient, 'revokeAll', { policySeq: 1 }, job);
  t.core.store.deferred(() =>
    desk.steps.insert({ patientNo, job, kind: 'revoke', channels: ORDER.revoke, statement }, t.nowMs),
  );
  const { came, outbox, settled } = takingLedgers(desk, patientNo, (channel) =>
    channel === 'cloud' ? 'STATEMENT_KEY_UNKNOWN' : 'OK',
  );
  outbox.start();
  await settled();
  expect(came.map(([channel]) => channel)).toEqual(['cloud', 'authorities']);
  expect(desk.steps.job(patientNo, job).map(({ status }) => status)).toEqual(['refused', 'done']);
  await expect(desk.consent.outcome(patient, job, 1)).rejects.toMatchObject({ code: 'CONSENT_REFUSED' });
});

test('a grant whose revocation reached a channel by another way, and before it, is none here either', async () => {
  const { patientNo } = patient;
  const body = {
    ...{
      policySeq: 1,
      authorityId: 'aut_hospital',
      granteeTags: [],
      scopeTags: [],
      permissions: ['read' as const],
    },
    ...{ purposes: ['TREAT' as const], delegable: false, from: '2026-01-01T00:00:00.000Z' },
  };
  const grantId = await desk.consent.takeGrant(patient, await desk.said(patient, 'grant', body));
  const { outbox, settled } = takingLedgers(desk, patientNo, (channel) =>
    channel === 'cloud' ? 'GRANT_REVOKED' : 'OK',
  );
  outbox.start();
  await settled();
  expect(desk.steps.job(patientNo, grantId).map(({ status }) => status)).toEqual(['done', 'refused']);
  expect(desk.grants.get(patientNo, grantId)?.status).toBe('revoked');
  expect(desk.rewraps.count(patientNo)).toBe(1);
});
