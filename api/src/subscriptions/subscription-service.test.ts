import type { PatientState, SubscriptionState } from '@careledger/contracts';
import { generateEd25519, randomId128 } from '@careledger/crypto';
import { LedgerError } from '@careledger/ledger';
import { readStatement } from '@careledger/statements';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { fakeChannel } from '../../testing/fake-channel.js';
import { TEST_NETWORK } from '../../testing/test-patient.js';
import { Issuer } from '../issuer.js';
import { MirrorStore } from '../policy/mirror-store.js';
import { Registrations } from '../policy/registrations.js';
import { SqliteStore } from '../store/store.js';
import { SubscriptionService } from './subscription-service.js';

const PATIENT = `pat_${'a'.repeat(32)}`;
const TX = 'f'.repeat(64);
const unknown = () =>
  new LedgerError('CHAINCODE_REFUSED', 'No such patient', { chaincodeCode: 'PATIENT_UNKNOWN' });

let store: SqliteStore;
let registrations: Registrations;
let service: SubscriptionService;
let isRegistered: boolean;
/** So many endorsements fail because a peer does not know the patient. */
let lagging: number;
let submitted: string[];
/** How often the ledger was asked for the patient, and when it was first. */
let asked: number;
let firstAsked: PromiseWithResolvers<void>;
let rows: Partial<SubscriptionState>[];

beforeEach(() => {
  store = new SqliteStore(':memory:');
  [isRegistered, lagging, asked, submitted, rows] = [false, 0, 0, [], []];
  firstAsked = Promise.withResolvers();
  const submit = ({ statement }: { statement: string }) => {
    if (!isRegistered || lagging-- > 0) throw unknown();
    const { header, payload } = readStatement(statement);
    submitted.push(header.typ);
    return { result: { sid: payload.sid, code: 'OK', txId: TX } };
  };
  const authorities = fakeChannel('authorities', {
    GetPatient: () => {
      asked += 1;
      firstAsked.resolve();
      if (!isRegistered) throw unknown();
      return { patientId: PATIENT, encryptionKeys: [] } as unknown as PatientState;
    },
    ListSubscriptions: () => ({ rows, bookmark: '' }),
    RequestSubscription: submit,
    CancelSubscription: submit,
  });
  const mirror = new MirrorStore(store);
  registrations = new Registrations({ authorities, cloud: fakeChannel('cloud') }, mirror, store);
  const issuer = new Issuer('aut_hospital', TEST_NETWORK, generateEd25519().signer);
  service = new SubscriptionService({ issuer, authorities, registrations, mirror, store });
});
afterEach(() => store.close());

const request = () => service.request({ patientId: PATIENT, permissions: ['read'], purposes: ['TREAT'] });

describe('a request to a patient who was enrolled just now', () => {
  test('waits until the ledger tells of the registration', async () => {
    const answer = request();
    await firstAsked.promise;
    expect(submitted).toEqual([]);
    isRegistered = true;
    await registrations.patientsChanged([PATIENT]);
    expect(await answer).toMatchObject({ txId: TX });
    expect(submitted).toHaveLength(1);
  });

  test('is sent again while the registration has not reached every peer', async () => {
    isRegistered = true;
    lagging = 2;
    expect(await request()).toMatchObject({ txId: TX });
  });
});

test('a patient whom nobody registers is waited for once, then unknown', async () => {
  await expect(registrations.awaited(PATIENT, 5)).rejects.toMatchObject({ chaincodeCode: 'PATIENT_UNKNOWN' });
  expect(asked).toBe(2);
  await registrations.patientsChanged([PATIENT]);
  expect(asked).toBe(2);
});

test('a subscription that is over is cancelled without a transaction', async () => {
  isRegistered = true;
  const [open, cancelled, rejected] = [randomId128(), randomId128(), randomId128()];
  const row = (subscriptionId: string, status: SubscriptionState['status']) =>
    ({ subscriptionId, patientId: PATIENT, status }) as const;
  rows = [row(open, 'approved'), row(cancelled, 'cancelled'), row(rejected, 'rejected')];
  for (const id of [cancelled, rejected])
    expect(await service.cancel(id)).toEqual({ txId: null, already: true });
  expect(submitted).toEqual([]);
  expect(await service.cancel(open)).toEqual({ txId: TX });
  expect(submitted).toHaveLength(1);
});
