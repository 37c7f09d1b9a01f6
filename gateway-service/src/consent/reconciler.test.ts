import type { GrantState } from '@careledger/contracts';
import type { ChannelName } from '@careledger/domain';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { readersOf } from '../records/readers.js';
import { RecordsBench } from '../../testing/records-fixture.js';
import { Reconciler } from './reconciler.js';
import { StepStore } from './step-store.js';

let bench: RecordsBench;
beforeEach(async () => {
  bench = await RecordsBench.open();
});
afterEach(() => bench[Symbol.asyncDispose]());

test('a revocation that a provider relayed, since the operator would not, ends wraps and notices here too', async () => {
  const { patient, device } = await bench.patient();
  const { patientId, patientNo } = patient;
  const grantId = bench.grant(patient, bench.hospital);
  const place = await bench.store(await bench.periodic(patient, device));
  await bench.rewrapped(patient);
  const body = bench.grants.get(patientNo, grantId)?.body;
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
    store: bench.core.store,
    patients: () => [patient],
    steps: new StepStore(bench.core.store.database),
    grants: bench.grants,
    outbox: { add: () => undefined },
    channel: (name) => ({ evaluate: (async () => ({ rows: [on[name]], bookmark: '' })) as never }),
    onAdopting: (no) => bench.rewraps.request(no),
    onAdopted: (no) => bench.rewrapper.add(no),
    intervalMs: 60_000,
    clock: () => bench.bench.nowMs,
    logger: { warn: () => undefined, error: () => undefined },
  });
  await bench.until(() => reconciler.report.comparedMs !== null);
  expect(readersOf(bench.grants, patientNo, [], bench.bench.nowMs)).toEqual([]);
  expect(reconciler.report.differences).toMatchObject([{ grantId, notRevokedOn: 'authorities' }]);
  await bench.until(() => bench.rewraps.count() === 0);
  expect(bench.provider.kidsOf(place)).not.toContain(bench.hospital.encryption.kid);
});
