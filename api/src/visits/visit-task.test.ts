import { ProviderPool } from '@careledger/delivery';
import { LedgerError } from '@careledger/ledger';
import { createLogger, type HttpClient } from '@careledger/service-kit';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { fakeChannel } from '../../testing/fake-channel.js';
import { SealedBox } from '../store/sealed-box.js';
import { SqliteStore } from '../store/store.js';
import { VisitStore } from './visit-store.js';
import { VisitTask } from './visit-task.js';

const VISIT = 'AAAAAAAAAAAAAAAAAAAAAA';
const patientId = `pat_${'a'.repeat(32)}`;

let store: SqliteStore;
let visits: VisitStore;
let task: VisitTask;
/** With what the ledger refuses. */
let chaincodeCode: 'PATIENT_UNKNOWN' | 'CHECK_IN_INVALID';
beforeEach(async () => {
  store = new SqliteStore(':memory:');
  visits = new VisitStore(store, new SealedBox(new Uint8Array(32).fill(7)));
  const refuse = () => {
    throw new LedgerError('CHAINCODE_REFUSED', chaincodeCode, { chaincodeCode });
  };
  task = new VisitTask({
    ...{ authorityId: 'aut_hospital', store, visits, logger: createLogger('api', { level: 'silent' }) },
    channels: {
      authorities: fakeChannel('authorities', { RecordVisit: refuse }),
      cloud: fakeChannel('cloud'),
    },
    providers: new ProviderPool<HttpClient>({
      providerIds: [],
      connect: () => Promise.reject(new Error('there is none')),
      restMs: () => 0,
      clock: Date.now,
    }),
  });
  const at = '2026-01-01T00:00:00Z';
  await store.commit(() =>
    visits.put(
      { visitId: VISIT, patientId, at, statement: 'x.y.z', createdAt: at },
      { salt: 'x', data: '{}' },
    ),
  );
});
afterEach(() => store.close());

const stageAfter = async (code: typeof chaincodeCode) => {
  chaincodeCode = code;
  await task.advance(VISIT, new AbortController().signal).catch(() => undefined);
  return visits.find(VISIT)?.stage;
};

test('a visit of a patient whose registration has not reached every peer is sent again, not refused', async () => {
  expect(await stageAfter('PATIENT_UNKNOWN')).toBe('pending');
  expect(await stageAfter('CHECK_IN_INVALID')).toBe('refused');
});
