import type { GrantState } from '@careledger/contracts';
import type { ChannelName } from '@careledger/domain';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { RecordsFixture } from '../../testing/records-fixture.js';
import { readersOf } from '../records/readers.js';
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
  await using reconciler = new Reconciler({
    store: fixture.core.store,
    patients: { list: () => [patient] },
    steps: new StepStore(fixture.core.store.database),
    grants: fixture.grants,
    outbox: { add: () => undefined },
    adoptedDelegations: { compare: async () => undefined },
    ledger: {
      channel: (name) => ({ evaluate: (async () => ({ rows: [on[name]], bookmark: '' })) as never }),
    },
    settler: {
      adopting: (no) => fixture.rewraps.request(no),
      adopted: (no) => fixture.rewrapper.add(no),
    },
    intervalMs: 60_000,
    clock: () => fixture.testCore.nowMs,
    logger: { warn: () => undefined, error: () => undefined },
  });
  reconciler.start();
  await fixture.until(() => reconciler.report.comparedMs !== null);
  expect(readersOf(fixture.grants, patientNo, { tagGroups: [] }, fixture.testCore.nowMs)).toEqual([]);
  expect(reconciler.report.differences).toMatchObject([{ grantId, notRevokedOn: 'authorities' }]);
  await fixture.until(() => fixture.rewraps.count() === 0);
  expect(fixture.provider.kidsOf(versionId)).not.toContain(fixture.hospital.encryption.kid);
});
