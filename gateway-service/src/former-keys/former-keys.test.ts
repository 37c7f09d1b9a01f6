import { FORMER_PATIENT_KEY_KEPT_S, type KeyPeriod } from '@careledger/contracts';
import { fromUtf8, toBase64url, utf8 } from '@careledger/crypto';
import { decryptFrom, encryptTo } from '@careledger/envelope';
import { SEALED_CONTEXT } from '@careledger/protocol/sealed';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { RecordsFixture } from '../../testing/records-fixture.js';
import { DelegationStore } from '../consent/delegation-store.js';
import { ResealedStore } from '../patients/resealed-store.js';
import type { Patient } from '../patients/index.js';
import { ReceivedStore } from '../received/received-store.js';
import type { OwnVersion } from '../records/own-version.js';
import { FormerKeys } from './former-keys.js';

const KEPT_MS = FORMER_PATIENT_KEY_KEPT_S * 1_000;
const context = SEALED_CONTEXT.subscriptionReason;

let fixture: RecordsFixture;
let patient: Patient;
let version: OwnVersion;
let resealed: ResealedStore;
let received: ReceivedStore;
/** Reasons that lie on the ledger. */
let reasons: { readonly sealed: string }[];
/** What the ledger has of the patient's key. */
let periods: KeyPeriod[];
/** The same of `authorities` where that differs. */
let onAuthorities: KeyPeriod[] | undefined;
/** Records that `cloud` has. */
let stored: { readonly recordId: string; readonly version: number; readonly author: string }[];
let isClockProved: boolean;
beforeEach(async () => {
  fixture = await RecordsFixture.open();
  const made = await fixture.patient();
  ({ patient } = made);
  version = await fixture.periodic(patient, made.device);
  await fixture.store(version);
  const { database } = fixture.core.store;
  [resealed, received] = [new ResealedStore(database), new ReceivedStore(database)];
  [reasons, periods] = [[], [periodOf(keys().encryption())]];
  const { recordId, version: number } = version;
  stored = [{ recordId, version: number, author: patient.patientId }];
  [onAuthorities, isClockProved] = [undefined, true];
});
afterEach(() => fixture[Symbol.asyncDispose]());

const keys = () => fixture.core.patients.keys(patient.patientId);
const periodOf = ({ publicKey }: { readonly publicKey: Uint8Array }): KeyPeriod => ({
  ...{ key: toBase64url(publicKey), from: new Date(fixture.testCore.nowMs).toISOString() },
});
const look = () =>
  new FormerKeys({
    ...fixture,
    ...{ core: fixture.core, resealed, received },
    delegations: new DelegationStore(fixture.core.store.database),
    providers: { order: () => [fixture.provider.providerId] },
    ledger: {
      channel: (channel) => ({
        evaluate: (async (_contract: unknown, name: string) => {
          if (name === 'GetPatient')
            return { encryptionKeys: (channel === 'authorities' ? onAuthorities : undefined) ?? periods };
          const rows = { ListSubscriptions: reasons, ListRecords: stored };
          return { rows: rows[name as keyof typeof rows] ?? [], bookmark: '' };
        }) as never,
      }),
    },
    gatewayClock: {
      get isProved() {
        return isClockProved;
      },
    },
    clock: () => fixture.testCore.nowMs,
    logger: { info: () => undefined, warn: () => undefined, error: () => undefined },
  }).look();
const rotated = async () => {
  await keys().stageEncryption();
  await keys().completeEncryption();
  const until = new Date(fixture.testCore.nowMs).toISOString();
  periods = [
    ...periods.map((period) => (period.until === undefined ? { ...period, until } : period)),
    periodOf(keys().encryption()),
  ];
  fixture.core.store.deferred(() => fixture.rewraps.request(patient.patientNo));
};
const formerCount = () => keys().formerEncryptionKeys().length;

test('a former key goes once everything is wrapped to the next, and no author can seal to it any more', async () => {
  await rotated();
  fixture.testCore.nowMs += KEPT_MS;
  await look();
  expect(formerCount()).toBe(1);
  await fixture.rewrapped(patient);
  fixture.testCore.nowMs -= 1;
  await look();
  expect(formerCount()).toBe(1);
  fixture.testCore.nowMs += 1;
  await look();
  expect(formerCount()).toBe(0);
  await expect(fixture.open(patient, version)).resolves.toMatchObject({ resourceType: 'Bundle' });
});

test('it stays while a version is wrapped to it alone, of which nobody has noted that it is to be settled', async () => {
  await rotated();
  fixture.core.store.database.exec('DELETE FROM rewrap_jobs');
  fixture.testCore.nowMs += KEPT_MS;
  await look();
  expect(formerCount()).toBe(1);
  await fixture.until(() => fixture.rewraps.count() === 0);
  await look();
  expect(formerCount()).toBe(0);
});

test('it stays while something that an authority wrote has not been opened, and while the ledger has another key', async () => {
  await rotated();
  await fixture.rewrapped(patient);
  fixture.testCore.nowMs += KEPT_MS;
  const { patientNo } = patient;
  const about = { patientNo, recordId: `rec_${'e'.repeat(32)}`, version: 1 };
  const no = fixture.core.store.deferred(() => received.heard(about, 'cloud', 1));
  await look();
  expect(formerCount()).toBe(1);
  fixture.core.store.deferred(() => received.remove(no));
  const onLedger = periods;
  periods = periods.slice(0, 1);
  await look();
  expect(formerCount()).toBe(1);
  periods = onLedger;
  await look();
  expect(formerCount()).toBe(0);
});

test('it stays while cloud has a record of which this gateway has not heard, or that a restored store has forgotten', async () => {
  await rotated();
  await fixture.rewrapped(patient);
  fixture.testCore.nowMs += KEPT_MS;
  const known = stored;
  for (const author of ['aut_hospital', patient.patientId]) {
    stored = [...known, { recordId: `rec_${'e'.repeat(32)}`, version: 1, author }];
    await look();
    expect(formerCount()).toBe(1);
  }
  stored = known;
  await look();
  expect(formerCount()).toBe(0);
});

test('it stays while one channel has it in force, by whichever authors seal, and while no provider’s clock agrees', async () => {
  const former = periods;
  await rotated();
  await fixture.rewrapped(patient);
  fixture.testCore.nowMs += KEPT_MS;
  onAuthorities = former;
  await look();
  expect(formerCount()).toBe(1);
  [onAuthorities, isClockProved] = [undefined, false];
  await look();
  expect(formerCount()).toBe(1);
  isClockProved = true;
  await look();
  expect(formerCount()).toBe(0);
});

test('what ledgers keep sealed to it is sealed anew before, and again at the next rotation', async () => {
  const sealed = await encryptTo(keys().encryption().publicKey, utf8('because'), { context });
  reasons = [{ sealed }];
  for (let rotation = 0; rotation < 2; rotation++) {
    await rotated();
    await fixture.rewrapped(patient);
    fixture.testCore.nowMs += KEPT_MS;
    await look();
    expect(formerCount()).toBe(0);
    const present = resealed.find(patient.patientNo, sealed) ?? '';
    expect(fromUtf8(await decryptFrom(present, keys().encryptionKeys(), { context }))).toBe('because');
  }
  expect(resealed.all(patient.patientNo)).toHaveLength(1);
});
