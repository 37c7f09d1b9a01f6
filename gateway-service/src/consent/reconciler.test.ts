import type { GrantState, RecoveryState } from '@careledger/contracts';
import { randomId128 } from '@careledger/crypto';
import { timestampOf, type ChannelName } from '@careledger/domain';
import { openedTimes } from '@careledger/policy';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { ConsentDesk } from '../../testing/consent-desk.js';
import { RecordsFixture } from '../../testing/records-fixture.js';
import { until } from '../../testing/until.js';
import { PatientProgress } from '../patients/progress.js';
import { readersOf } from '../records/readers.js';
import { AdoptedRules } from './adopted-rules.js';
import { Reconciler } from './reconciler.js';
import { StepStore } from './step-store.js';

let fixture: RecordsFixture;
beforeEach(async () => {
  fixture = await RecordsFixture.open();
});
afterEach(() => fixture[Symbol.asyncDispose]());

test('a revocation that a provider relayed, since the operator would not, ends wraps and notices here too', async () => {
  const { patient, device } = await fixture.patient();
  const { patientId, patientNo } = patient;
  const grantId = fixture.grant(patient, fixture.hospital);
  const versionId = await fixture.store(await fixture.periodic(patient, device));
  await fixture.rewrapped(patient);
  const body = fixture.grants.get(patientNo, grantId)?.body;
  if (body === undefined) throw new Error('the grant was just made');
  const state: GrantState = {
    ...{ ...body, patientId, grantId, txId: '0'.repeat(64) },
    recordedAt: '2026-01-01T00:00:00.000Z',
  };
  // It reached `cloud` alone.
  const on: Record<ChannelName, GrantState> = {
    authorities: state,
    cloud: { ...state, revokedAt: '2026-06-01T08:00:00.000Z' },
  };
  const { store } = fixture.core;
  const clock = () => fixture.testCore.nowMs;
  const rules = new AdoptedRules({
    ...{ store, grants: fixture.grants, progress: new PatientProgress(), clock },
    ledger: {
      channel: (name) => ({ evaluate: (async () => ({ rows: [on[name]], bookmark: '' })) as never }),
    },
    earlier: { ownOfGrant: () => undefined },
    settler: {
      adopting: (no) => fixture.rewraps.request(no),
      adopted: (no) => fixture.rewrapper.add(no),
    },
    logger: { info: () => undefined },
  });
  await using reconciler = new Reconciler({
    ...{ store, rules },
    patients: { list: () => [patient] },
    steps: new StepStore(store.database),
    outbox: { add: () => undefined },
    adoptedDelegations: { compare: async () => undefined },
    registrations: { has: () => true },
    rotations: { compare: async () => undefined },
    heldUp: { tryAgain: () => undefined },
    recordsKeys: { check: async () => undefined },
    ...{ intervalMs: 60_000, clock },
    logger: { warn: () => undefined, error: () => undefined },
  });
  reconciler.start();
  await fixture.until(() => reconciler.report.comparedMs !== null);
  expect(readersOf(fixture.grants, patientNo, { tagGroups: [] }, fixture.testCore.nowMs)).toEqual([]);
  expect(reconciler.report.differences).toMatchObject([{ grantId, notRevokedOn: 'authorities' }]);
  await fixture.until(() => fixture.rewraps.count() === 0);
  expect(fixture.provider.kidsOf(versionId)).not.toContain(fixture.hospital.encryption.kid);
});

test('a recovery that was opened before this gateway listened is heard of at its start, without another event', async () => {
  await using desk = await ConsentDesk.open();
  const patient = await desk.t.patient();
  const [patientId, at] = [patient.patientId, timestampOf(desk.t.nowMs)];
  const recovery: RecoveryState = {
    ...{ patientId, recoveryId: randomId128(), reason: 'lost', newKey: randomId128(), statements: [] },
    ...{ openedBy: 'aut_hospital', openedAt: at, ...openedTimes(desk.t.nowMs) },
  };
  desk.recoveriesOnLedger.authorities = [recovery];
  let [isThere, compared] = [false, 0];
  const { core } = desk.t;
  await using reconciler = new Reconciler({
    ...{ store: core.store, patients: core.patients, steps: desk.steps },
    ...{ rotations: desk.rotations, recordsKeys: desk.recordsKeys, outbox: { add: () => undefined } },
    heldUp: { tryAgain: () => undefined },
    adoptedDelegations: { compare: async () => undefined },
    // One that no channel has yet is not asked for.
    registrations: { has: () => isThere },
    rules: { compare: async () => ({ authorities: new Map(), cloud: new Map() }) },
    intervalMs: 10,
    clock: () => (compared += 1),
    logger: { warn: () => undefined, error: () => undefined },
  });
  reconciler.start();
  await until(
    () => compared > 1,
    () => 'no round',
  );
  expect(desk.recoveries.of(patient.patientNo)).toEqual([]);
  isThere = true;
  const heard = () => desk.recoveries.of(patient.patientNo);
  await until(
    () => heard().length > 0,
    () => 'nothing is heard',
  );
  expect(heard()).toMatchObject([{ channel: 'authorities', recovery }]);
});
