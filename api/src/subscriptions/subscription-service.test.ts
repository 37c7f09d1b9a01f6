import type { PatientState, SubscriptionState } from '@careledger/contracts';
import { generateEd25519, generateX25519, randomId128, toBase64url } from '@careledger/crypto';
import { LedgerError } from '@careledger/ledger';
import { createLogger, type IdempotentRequest } from '@careledger/service-kit';
import { readStatement } from '@careledger/statements';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { fakeChannel } from '../../testing/fake-channel.js';
import { TEST_NETWORK } from '../../testing/test-patient.js';
import { Issuer } from '../issuer.js';
import { Outbox, TASK_KINDS } from '../outbox/outbox.js';
import { MirrorStore } from '../policy/mirror-store.js';
import { Registrations } from '../policy/registrations.js';
import { SealedBox } from '../store/sealed-box.js';
import { SqliteStore } from '../store/store.js';
import { ChangeStore, changeRef, ofChangeRef, type ChangeName } from './change-store.js';
import { ChangeTask } from './change-task.js';
import { SubscriptionService } from './subscription-service.js';

const PATIENT = `pat_${'a'.repeat(32)}`;
const TX = 'f'.repeat(64);
/** Longer than any wait of these tests, on a machine that does much else. */
const LONG_MS = 60_000;
const unknown = () =>
  new LedgerError('CHAINCODE_REFUSED', 'No such patient', { chaincodeCode: 'PATIENT_UNKNOWN' });
const logger = createLogger('api', { level: 'silent' });

let store: SqliteStore;
let changes: ChangeStore;
let registrations: Registrations;
let service: SubscriptionService;
let outbox: Outbox;
let isAway: boolean;
let isRegistered: boolean;
/** So many endorsements fail because a peer does not know the patient. */
let lagging: number;
/** Statements that the ledger took. */
let submitted: string[];
/** How often the ledger was asked for the patient, and when it was first. */
let asked: number;
let firstAsked: PromiseWithResolvers<void>;
let rows: Partial<SubscriptionState>[];

/** An api's process: what it does not finish, the next one takes up. */
function startOutbox(): void {
  outbox = new Outbox({ store, logger });
  service = serviceOn(outbox);
  for (const kind of TASK_KINDS) outbox.handle(kind, { advance: (ref) => task().advance(ref) });
  outbox.start();
}
const authorities = () => {
  const submit = ({ statement }: { statement: string }) => {
    if (isAway) throw new LedgerError('UNAVAILABLE', 'no peer can be reached');
    if (!isRegistered || lagging-- > 0) throw unknown();
    submitted.push(statement);
    return { result: { sid: readStatement(statement).payload.sid, code: 'OK', txId: TX } };
  };
  return fakeChannel('authorities', {
    GetPatient: () => {
      asked += 1;
      firstAsked.resolve();
      if (isAway) throw new LedgerError('UNAVAILABLE', 'no peer can be reached');
      if (!isRegistered) throw unknown();
      const key = { key: toBase64url(generateX25519().publicKey), from: '2026-01-01T00:00:00Z' };
      return { patientId: PATIENT, encryptionKeys: [key] } as unknown as PatientState;
    },
    ListSubscriptions: () => ({ rows, bookmark: '' }),
    RequestSubscription: submit,
    CancelSubscription: submit,
  });
};
const issuer = new Issuer('aut_hospital', TEST_NETWORK, generateEd25519().signer);
const task = () => new ChangeTask({ issuer, authorities: authorities(), registrations, changes, store });
const serviceOn = (wakes: Pick<Outbox, 'wake'>) =>
  new SubscriptionService({
    ...{ issuer, changes, store, outbox: wakes },
    authorities: authorities(),
    mirror: new MirrorStore(store),
  });

beforeEach(() => {
  store = new SqliteStore(':memory:');
  [isAway, isRegistered, lagging, asked, submitted, rows] = [false, false, 0, 0, [], []];
  firstAsked = Promise.withResolvers();
  changes = new ChangeStore(store, new SealedBox(new Uint8Array(32).fill(7)));
  const channels = { authorities: authorities(), cloud: fakeChannel('cloud') };
  registrations = new Registrations(channels, new MirrorStore(store), store);
  startOutbox();
});
afterEach(async () => {
  await outbox.stop();
  await store.close();
});

const wanted = {
  patientId: PATIENT,
  permissions: ['read'],
  purposes: ['TREAT'],
  reason: 'Diabetes ward',
} as const;
const ended = async (name: ChangeName) => {
  expect(await outbox.finished('subscription', changeRef(name), LONG_MS)).toBe(true);
  return changes.find(name);
};

describe('a request to a patient who was enrolled just now', () => {
  test('waits until the ledger tells of the registration', async () => {
    const name = await service.request(wanted);
    await firstAsked.promise;
    expect([submitted, changes.find(name)?.stage]).toEqual([[], 'waiting']);
    isRegistered = true;
    await registrations.patientsChanged([PATIENT]);
    expect(await ended(name)).toMatchObject({ stage: 'committed', txId: TX });
    expect(submitted).toHaveLength(1);
  });

  test('is sent again, the same bytes, while the registration has not reached every peer', async () => {
    isRegistered = true;
    lagging = 2;
    const name = await service.request(wanted);
    expect(await ended(name)).toMatchObject({ stage: 'committed' });
    expect(submitted).toEqual([changes.find(name)?.statement]);
  });
});

test('a request that was taken outlives ledger and process; until it is signed its reason is kept encrypted', async () => {
  [isAway, isRegistered] = [true, true];
  const name = await service.request(wanted);
  await firstAsked.promise;
  await outbox.stop();
  const kept = store.all<{ wanted: Uint8Array }>('SELECT wanted FROM subscription_changes');
  expect(kept).toHaveLength(1);
  expect(kept.map((row) => Buffer.from(row.wanted).includes('Diabetes'))).toEqual([false]);
  expect(changes.wanted(name)).toEqual(wanted);

  isAway = false;
  startOutbox();
  expect(await ended(name)).toMatchObject({ stage: 'committed', txId: TX });
  expect(changes.wanted(name)).toBeUndefined();
  expect(submitted).toHaveLength(1);
});

test('under one idempotency key a request is one subscription', async () => {
  isRegistered = true;
  const key: IdempotentRequest = {
    ...{ tokenSha256: 'a'.repeat(64), route: 'POST /v1/subscriptions' },
    ...{ key: 'once', requestSha256: 'b'.repeat(64) },
  };
  const [first, second] = await Promise.all([service.request(wanted, key), service.request(wanted, key)]);
  expect(second).toEqual(first);
  await ended(first);
  expect(await service.request(wanted, key)).toEqual(first);
  expect(submitted).toHaveLength(1);
});

test('a patient whom nobody registers is waited for once, then unknown', async () => {
  await expect(registrations.awaited(PATIENT, 5)).rejects.toMatchObject({ chaincodeCode: 'PATIENT_UNKNOWN' });
  expect(asked).toBe(2);
  await registrations.patientsChanged([PATIENT]);
  expect(asked).toBe(2);
  const name = await service.request(wanted);
  expect(await ended(name)).toMatchObject({ stage: 'refused', refusal: 'PATIENT_UNKNOWN' });
});

test('a subscription that is over is cancelled without a transaction, one that stands once', async () => {
  isRegistered = true;
  const [open, cancelled, rejected] = [randomId128(), randomId128(), randomId128()];
  const row = (subscriptionId: string, status: SubscriptionState['status']) =>
    ({ subscriptionId, patientId: PATIENT, status }) as const;
  rows = [row(open, 'approved'), row(cancelled, 'cancelled'), row(rejected, 'rejected')];
  for (const id of [cancelled, rejected]) expect(await service.cancel(id)).toBeUndefined();
  expect(submitted).toEqual([]);
  const name = { subscriptionId: open, kind: 'cancellation' } as const;
  // The own peer has not heard of it yet when it is cancelled again.
  for (let times = 0; times < 2; times++) {
    expect(await service.cancel(open)).toEqual(name);
    expect(await ended(name)).toMatchObject({ stage: 'committed', txId: TX });
  }
  expect(submitted).toHaveLength(1);
});

test('the name of a change is read as it was written', () => {
  for (const kind of ['request', 'cancellation'] as const) {
    const name = { kind, subscriptionId: randomId128() };
    expect(ofChangeRef(changeRef(name))).toEqual(name);
  }
});
