import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PolicyChangeState, StatementBody, WrapHolderState } from '@careledger/contracts';
import { generateEd25519, generateX25519 } from '@careledger/crypto';
import { makeWrapSet, sealRecord, wrapKey } from '@careledger/envelope';
import { LedgerError } from '@careledger/ledger';
import { createLogger, openDatabase, type Database } from '@careledger/service-kit';
import { makeStatement, readStatement } from '@careledger/statements';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { HeldVersionStore } from '../store/held-version-store.js';
import { WrapDutyStore } from '../store/wrap-duty-store.js';
import { migrations } from '../store/migrations.js';
import type { Allowed } from './recipients.js';
import { DeletionAttester, type DeletionAttesterOptions } from './deletion-attester.js';

const PATIENT = `pat_${'a'.repeat(32)}`;
/** Several times the pause after a failure. */
const WAIT_MAX_MS = 20_000;
let dir: string;
let database: Database;
let duties: WrapDutyStore;
/** What the ledger has. */
let changes: PolicyChangeState[];
let attested: StatementBody<'attestWraps'>[];
let isAway: boolean;
/** What is on its way to the ledger. */
let onTheWay: ReturnType<HeldVersionStore['onTheWay']>;
let timesLooked = 0;
/** Events of the own peer's. */
let heard: readonly object[];
/** Who may have a wrap. */
let allowed: Allowed;
/** Versions of the policy after which it asked for those that follow. */
let askedAfter: number[];
let attester: DeletionAttester;

const open = (): void => {
  database = openDatabase({ path: join(dir, 'provider.db'), migrations });
  duties = new WrapDutyStore(database);
};
const change = (version: number, takesAway: boolean): PolicyChangeState => ({
  ...{ patientId: PATIENT, version, takesAway, txId: '', hash: '' },
  at: '2026-05-05T12:00:00.000Z',
});
const holder = (): WrapHolderState => {
  const newest = attested.at(-1);
  return {
    ...{ patientId: PATIENT, providerId: 'prv_a', heldSince: '2026-05-05T11:00:00.000Z' },
    attested: newest === undefined ? null : { ...newest, statement: '', recordedAt: '', txId: '' },
  };
};
const start = (): void => {
  attester = new DeletionAttester({
    ...{ providerId: 'prv_a', networkId: 'net', mspId: 'CloudAMSP', duties },
    cloud: {
      events: async function* (_contract: unknown, { signal }: { signal: AbortSignal }) {
        for (const event of heard) yield { ...event, ack: async () => undefined };
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      } as never,
      submit: (async (_contract: unknown, _name: string, { items }: { items: string[] }) => {
        if (isAway) throw new LedgerError('UNAVAILABLE', 'the ledger is away');
        attested.push(
          ...items.map((item) => readStatement(item).payload.body as StatementBody<'attestWraps'>),
        );
        const taken = items.map(() => ({ sid: '', code: 'OK', txId: 'tx' }));
        return { result: { items: taken }, transactionId: 'tx', blockNumber: 1n };
      }) as never,
    },
    ownPeer: {
      policyChanges: async (_patientId, after) => {
        askedAfter.push(after);
        return changes.filter(({ version }) => version > after);
      },
      wrapHolders: async () => [holder()],
      storedVersion: async () => undefined,
    },
    recipients: { ofPatient: async () => async () => allowed },
    versions: { ofPatient: () => [], onTheWay: () => ((timesLooked += 1), onTheWay) },
    signer: generateEd25519().signer,
    clock: () => ({ wallMs: Date.UTC(2026, 4, 5, 12), monotonicMs: 0 }),
    logger: createLogger('attester', { level: 'silent' }),
  } satisfies DeletionAttesterOptions);
};
const until = async (holds: () => boolean): Promise<void> => {
  const deadlineMs = Date.now() + WAIT_MAX_MS;
  while (!holds()) {
    if (Date.now() > deadlineMs)
      throw new Error(`It does not come true: ${JSON.stringify({ due: duties.due(), attested })}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'careledger-attester-'));
  [changes, attested, isAway, onTheWay] = [[change(1, false), change(2, true)], [], false, []];
  [askedAfter, heard] = [[], []];
  allowed = { kids: new Set(), former: new Set(), current: undefined };
  open();
  database
    .prepare(
      `INSERT INTO versions (record_id, version, patient_id, statement, manifest, wrap_set, wrap_seq, ciphertext_sha256)
       VALUES ('rec_a', 1, ?, '', '', '', 1, '')`,
    )
    .run(PATIENT);
});
afterEach(async () => {
  await attester.stop();
  database.close();
  rmSync(dir, { recursive: true });
});

test('what is deleted is attested once, of the newest version of the policy', async () => {
  duties.note(PATIENT);
  start();
  await until(() => duties.due().length === 0);
  expect(attested).toMatchObject([{ patientId: PATIENT, policyVersion: 2 }]);
  duties.note(PATIENT);
  attester.add(PATIENT);
  await until(() => duties.due().length === 0);
  expect(attested).toHaveLength(1);
});

test('the list of changes is read on from what is attested, however long it is', async () => {
  duties.note(PATIENT);
  start();
  await until(() => duties.due().length === 0);
  changes.push(change(3, false), change(4, true));
  duties.note(PATIENT);
  attester.add(PATIENT);
  await until(() => duties.due().length === 0);
  expect(attested.map(({ policyVersion }) => policyVersion)).toEqual([2, 4]);
  expect(askedAfter).toEqual([0, 2]);
});

test('a version on its way with a wrap that has to go is waited for: it would be held after the word that all are gone', async () => {
  onTheWay = [await wrappedFor(generateX25519().publicKey)];
  duties.note(PATIENT);
  start();
  const before = timesLooked;
  await until(() => timesLooked > before + 1);
  expect([attested.length, duties.due()]).toEqual([0, [PATIENT]]);
  onTheWay = [];
  await until(() => duties.due().length === 0);
  expect(attested).toMatchObject([{ patientId: PATIENT, policyVersion: 2 }]);
});

test('a wrap for a former key of the patient’s has to go as well, though a provider still takes it', async () => {
  const former = generateX25519();
  onTheWay = [await wrappedFor(former.publicKey)];
  allowed = { ...allowed, kids: new Set([former.kid]) };
  duties.note(PATIENT);
  start();
  await until(() => attested.length === 1);
  changes.push(change(3, true));
  allowed = { ...allowed, former: allowed.kids };
  duties.note(PATIENT);
  attester.add(PATIENT);
  const before = timesLooked;
  await until(() => timesLooked > before + 1);
  expect(attested).toHaveLength(1);
  onTheWay = [];
  await until(() => duties.due().length === 0);
  expect(attested.at(-1)).toMatchObject({ policyVersion: 3 });
});

test.each([
  { name: 'PolicyChanged', payload: { changes: [{ patientId: PATIENT, version: 2 }] } },
  { name: 'PatientsChanged', payload: { patientIds: [PATIENT] } },
])('$name makes it due: a revocation, or another key of the patient’s', async (event) => {
  heard = [event];
  start();
  await until(() => attested.length === 1);
});

test('a kill between deletion and attestation delays the word, and loses none', async () => {
  isAway = true;
  duties.note(PATIENT);
  start();
  await attester.stop();
  database.close();
  open();
  expect(duties.due()).toEqual([PATIENT]);
  isAway = false;
  start();
  await until(() => duties.due().length === 0);
  expect(attested).toMatchObject([{ policyVersion: 2 }]);
});

test('a grant alone is no deletion; nor is anything due for a patient of whom nothing is held', async () => {
  changes = [change(1, false)];
  expect(duties.note('pat_b')).toBe(false);
  duties.note(PATIENT);
  start();
  await until(() => duties.due().length === 0);
  expect(attested).toEqual([]);
});

/** A version of the patient's with a wrap for one key. */
async function wrappedFor(publicKey: Uint8Array): Promise<(typeof onTheWay)[number]> {
  const { signer } = generateEd25519();
  const subject = { recordId: `rec_${'b'.repeat(32)}`, version: 1 };
  const aad = {
    v: 2 as const,
    ...subject,
    patientId: PATIENT,
    author: PATIENT,
    tagGroups: [],
    prevVersionHash: null,
  };
  const { contentKey, manifest, manifestHash } = sealRecord({ content: Uint8Array.of(1), aad }, signer);
  const wraps = [await wrapKey(contentKey, subject, { publicKey })];
  const wrapSet = makeWrapSet({ ...subject, manifestHash, wraps }, signer);
  const about = {
    typ: 'careledger.store-record+jws',
    iss: PATIENT,
    aud: 'net',
    channels: ['cloud' as const],
  };
  const period = { start: '2026-05-05T11:00:00Z', end: '2026-05-05T12:00:00Z' };
  const statement = makeStatement({ ...about, body: { period } }, signer);
  return { statement, manifest, wrapSet, wraps: wraps.map(({ jwe }) => jwe) };
}
