import {
  generateEd25519,
  nodeVerifier,
  sha256,
  sha256Hex,
  toBase64url,
  utf8,
  type Signer,
} from '@careledger/crypto';
import type {
  ItemResult,
  PatientState,
  ProviderState,
  StatementBody,
  StoredRecordState,
} from '@careledger/contracts';
import { PREMATURE_GRACE_MS, ProviderPool } from '@careledger/delivery';
import { recordIdOf } from '@careledger/domain';
import { makeStoreReceipt, newSalt, recordSeedFor } from '@careledger/envelope';
import { LedgerError } from '@careledger/ledger';
import type { StoreRecordAnswer, StoreRecordRequest } from '@careledger/protocol';
import { HttpClientError, type HttpClient } from '@careledger/service-kit';
import { readStatement } from '@careledger/statements';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { fakeChannel, type Answers } from '../../testing/fake-channel.js';
import { testPatient } from '../../testing/test-patient.js';
import { Issuer } from '../issuer.js';
import { addTask } from '../outbox/outbox.js';
import { SqliteStore } from '../store/store.js';
import { writeRef } from './write-service.js';
import { storeStatement } from './write-statements.js';
import { WriteStore, type Write } from './write-store.js';
import { WriteTask } from './write-task.js';

const [A, B] = ['prv_cloud-a', 'prv_cloud-b'] as const;
const SIGNERS: Readonly<Record<string, Signer>> = {
  [A]: generateEd25519().signer,
  [B]: generateEd25519().signer,
};
const { patientId } = testPatient();
const issuer = new Issuer('aut_hospital', 'devnet', generateEd25519().signer);
const seed = recordSeedFor(newSalt(), { patientId, kind: 'clinical', key: '1' });
const recordId = recordIdOf({ author: issuer.authorityId, patientId, seed }, sha256);
const REF = writeRef(recordId, 1);
const MANIFEST = 'a manifest';
const ANNOUNCE_TX = 'f'.repeat(64);
const hashOf = (text: string): string => toBase64url(sha256(text));
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** What a provider does with a statement: its answer, or the error of the call. */
type Behaviour = (statement: string) => StoreRecordAnswer | HttpClientError;

let store: SqliteStore;
let writes: WriteStore;
let nowMs: number;
let behaviours: Record<string, Behaviour>;
/** Statements in the order in which they were sent, by provider. */
let sent: { readonly providerId: string; readonly statement: string; readonly wrapSet: string }[];
let shared: number;
let refreshed: string[];
let onCloud: StoredRecordState | undefined;
let onAuthorities: object[];
let announceCode: string;
let announced: StatementBody<'announceRecord'>[];
let task: WriteTask;

beforeEach(async () => {
  store = new SqliteStore(':memory:');
  writes = new WriteStore(store);
  nowMs = Date.now();
  sent = [];
  shared = 0;
  refreshed = [];
  onCloud = undefined;
  onAuthorities = [];
  announceCode = 'OK';
  announced = [];
  behaviours = {};
  task = newTask();
  await store.commit(() => {
    writes.put(sealedWrite());
    addTask(store, { kind: 'record', ref: REF, subject: patientId });
  });
});
afterEach(() => store.close());

function newTask(): WriteTask {
  return new WriteTask({
    issuer,
    channels: {
      cloud: fakeChannel('cloud', { GetRecord: () => onCloud ?? unknown() }),
      authorities: fakeChannel('authorities', {
        GetAnnouncement: () => onAuthorities[0] ?? unknown(),
        AnnounceRecords: ({ items }: { items: string[] }) => announce(items),
      } as Answers),
    },
    registrations: {
      refreshPatient: async (about) => {
        refreshed.push(about);
        return {} as PatientState;
      },
      provider: async (providerId) =>
        ({
          signingKeys: [{ key: toBase64url(signerOf(providerId).publicKey), from: '' }],
        }) as unknown as ProviderState,
    },
    providers: new ProviderPool<HttpClient>({
      providerIds: [A, B],
      connect: clientOf,
      restMs: () => 1_000,
      clock: () => nowMs,
    }),
    store,
    writes,
    sharing: {
      share: async () => {
        shared += 1;
        return { wrapSet: `set ${shared}`, wraps: ['a wrap'] };
      },
    },
    verifier: nodeVerifier(),
    clock: () => nowMs,
    logger: silent,
  });
}

function clientOf(providerId: string): HttpClient {
  const put = async (_method: string, _path: string, { body }: { body?: unknown }) => {
    const { statement, wrapSet } = body as StoreRecordRequest;
    sent.push({ providerId, statement, wrapSet });
    const answer = (behaviours[providerId] ?? stores(providerId))(statement);
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return {
    call: put as unknown as HttpClient['call'],
    bytes: () => Promise.reject(new Error('not asked for')),
  };
}

const signerOf = (providerId: string): Signer => SIGNERS[providerId] as Signer;
const unknown = (): never => {
  throw new LedgerError('CHAINCODE_REFUSED', 'unknown', { chaincodeCode: 'RECORD_UNKNOWN' });
};
const away = (): HttpClientError => new HttpClientError('UNREACHABLE', 'away');
const refusedBy = (reason: string): HttpClientError =>
  new HttpClientError('REFUSED', reason, {
    status: 422,
    problem: { type: '', title: '', status: 422, code: 'RECORD_REFUSED', reason },
  });

const stores =
  (providerId: string, signer = signerOf(providerId)): Behaviour =>
  (statement) => {
    const { manifestHash, ciphertextSha256 } = readStatement(statement).payload
      .body as StatementBody<'storeRecord'>;
    const stored = { recordId, version: 1, txId: sha256Hex(statement), blockNumber: 7 };
    const body = { ...stored, manifestHash, ciphertextSha256, provider: providerId };
    const receipt = makeStoreReceipt({ ...body, storedAt: '2026-01-01T00:00:00.000Z' }, signer);
    return { ...stored, providerId, receipt };
  };

function announce(statements: readonly string[]): object {
  const items = statements.map((statement): ItemResult => {
    if (announceCode === 'OK')
      announced.push(readStatement(statement).payload.body as StatementBody<'announceRecord'>);
    return { sid: null, code: announceCode, txId: ANNOUNCE_TX };
  });
  return { result: { items }, blockNumber: 9n };
}

function sealedWrite(version = 1): Parameters<WriteStore['put']>[0] {
  const described = {
    patientId,
    recordId,
    version,
    description: {
      kind: 'clinical' as const,
      period: { start: '2026-01-01T00:00:00.000Z', end: '2026-01-01T01:00:00.000Z' },
      ...{ seed, tagGroups: [], prevVersionHash: null, purpose: 'TREAT' as const, granteeTags: [] },
      ...{ ciphertextSha256: hashOf('ciphertext'), sizeBytes: 10 },
    },
    manifestHash: hashOf(MANIFEST),
  };
  return {
    ...described,
    ...{ stage: 'sealed', manifest: MANIFEST, wrapSet: 'a wrap set', ciphertext: utf8('ciphertext') },
    ...{ providerId: A, storeStatement: storeStatement(issuer, described, A) },
    // Long ago: no grace is counted from it.
    ...{ wraps: [], createdAt: '2020-01-01T00:00:00.000Z' },
  };
}

/** The version on `cloud`, but for what a test changes. */
function stored(changes: Partial<StoredRecordState> = {}): StoredRecordState {
  const { description, manifestHash } = write();
  const { kind, period, ciphertextSha256, sizeBytes } = description;
  return {
    ...{ patientId, recordId, version: 1, prevVersionHash: null, author: issuer.authorityId, kind, period },
    ...{ seed, providerId: A, manifestHash, ciphertextSha256, sizeBytes, tagGroups: [] },
    ...{ storedAt: '2026-01-01T00:00:00.000Z', txId: 'a'.repeat(64) },
    ...changes,
  };
}

const write = (): Write => writes.find(recordId, 1) as Write;
const pending = (): number => store.all('SELECT 1 FROM outbox').length;
const advance = (): Promise<void> => task.advance(REF, AbortSignal.timeout(10_000));
const NOT_YET = expect.objectContaining({ name: 'NotYetError' });

test('a write goes to its provider and to the authorities, with the provider’s receipt', async () => {
  await advance();
  const { storeStatement: statement } = write();
  expect(write()).toMatchObject({
    ...{ stage: 'announced', providerId: A, storeTxId: sha256Hex(statement), announceTxId: ANNOUNCE_TX },
    ...{ receipt: expect.any(String), refusal: null },
  });
  expect(writes.ciphertext(write())).toBeNull();
  expect(pending()).toBe(0);
});

describe('a provider that is away', () => {
  test('is passed over; one that was asked before gets the same statement, after a restart as well', async () => {
    behaviours = { [A]: away, [B]: away };
    await expect(advance()).rejects.toMatchObject({ code: 'UNREACHABLE' });
    task = newTask();
    await expect(advance()).rejects.toMatchObject({ code: 'UNREACHABLE' });
    const byProvider = (id: string) =>
      new Set(sent.filter(({ providerId }) => providerId === id).map(({ statement }) => statement));
    expect([sent.length, byProvider(A).size, byProvider(B).size]).toEqual([4, 1, 1]);
    behaviours = {};
    await advance();
    expect([write().stage, byProvider(A).size, byProvider(B).size]).toEqual(['announced', 1, 1]);
    // Who may read it was asked once: every provider gets the same wraps.
    expect([shared, new Set(sent.map(({ wrapSet }) => wrapSet))]).toEqual([1, new Set(['set 1'])]);
  });

  test('and stored after all: the receipt comes from it, and no second copy counts', async () => {
    behaviours = { [A]: away, [B]: () => refusedBy('RECORD_EXISTS') };
    const { storeStatement: first } = write();
    onCloud = stored({ txId: sha256Hex(first) });
    let tries = 0;
    behaviours[A] = (statement) => (++tries === 1 ? away() : stores(A)(statement));
    await advance();
    expect(write()).toMatchObject({ stage: 'announced', providerId: A, receipt: expect.any(String) });
    expect(announced).toMatchObject([{ providerId: A, storeTxId: sha256Hex(first) }]);
  });
});

test('a write that waited until the patient had another key is wrapped to that one, and not given up', async () => {
  behaviours = { [A]: away, [B]: away };
  await expect(advance()).rejects.toMatchObject({ code: 'UNREACHABLE' });
  const replaced: Behaviour = (statement) =>
    shared === 1 ? refusedBy('RECIPIENT_MISSING') : stores(A)(statement);
  behaviours[A] = replaced;
  nowMs += 1_000;
  await expect(advance()).rejects.toMatchObject({ name: 'NotYetError', code: 'RECIPIENT_MISSING' });
  // What is known here of the patient may be from before.
  expect(refreshed).toEqual([patientId]);
  nowMs += PREMATURE_GRACE_MS;
  await advance();
  expect([write().stage, sent.at(-1)?.wrapSet]).toEqual(['announced', 'set 2']);
});

describe('nobody’s word', () => {
  test('a token that a provider does not know any more does not make the api give a record up', async () => {
    behaviours[A] = () =>
      new HttpClientError('REFUSED', '401', {
        status: 401,
        problem: { type: '', title: '', status: 401, code: 'UNAUTHENTICATED' },
      });
    await advance();
    expect(write()).toMatchObject({ stage: 'announced', providerId: B });
  });

  test('a receipt of another provider than the one that was asked is none', async () => {
    behaviours[A] = stores(B);
    await advance();
    expect(sent.map(({ providerId }) => providerId)).toEqual([A, B]);
    expect(write()).toMatchObject({ stage: 'announced', providerId: B });
  });

  test('a receipt of another block than the answer names is none', async () => {
    behaviours[A] = (statement) => ({ ...(stores(A)(statement) as StoreRecordAnswer), blockNumber: 8 });
    await advance();
    expect(write()).toMatchObject({ stage: 'announced', providerId: B });
  });

  test('somebody who saw the id stores this very content first: that is refused, and not announced', async () => {
    behaviours[A] = () => refusedBy('RECORD_EXISTS');
    onCloud = stored({ author: 'aut_stranger' });
    await advance();
    expect(write()).toMatchObject({ stage: 'refused', refusal: 'RECORD_FOREIGN', storeTxId: null });
    expect([announced, pending()]).toEqual([[], 0]);
  });

  test('somebody who saw the id announces it first: refused', async () => {
    announceCode = 'RECORD_EXISTS';
    onAuthorities = [stored({ author: 'aut_stranger' })];
    await advance();
    expect(write()).toMatchObject({ stage: 'refused', refusal: 'RECORD_FOREIGN', announceTxId: null });
  });

  test('an announcement whose answer was lost with an old backup stands, by its own transaction', async () => {
    announceCode = 'RECORD_EXISTS';
    onAuthorities = [stored({ txId: 'b'.repeat(64) })];
    await advance();
    expect(write()).toMatchObject({ stage: 'announced', announceTxId: 'b'.repeat(64) });
  });

  test('RECORD_EXISTS of a version that the own peer does not have yet is no refusal', async () => {
    behaviours = { [A]: () => refusedBy('RECORD_EXISTS'), [B]: () => refusedBy('RECORD_EXISTS') };
    await expect(advance()).rejects.toEqual(NOT_YET);
    onCloud = stored();
    await advance();
    expect(write()).toMatchObject({ stage: 'announced', storeTxId: onCloud.txId });
  });
});

describe('a version that a restored backup has forgotten', () => {
  beforeEach(() => {
    behaviours[A] = () => refusedBy('RECORD_EXISTS');
  });

  test('stands where it is the record’s first: its id says that the same request made it', async () => {
    onCloud = stored({ manifestHash: hashOf('another manifest'), providerId: B });
    await advance();
    expect(announced).toMatchObject([
      { manifestHash: hashOf('another manifest'), providerId: B, storeTxId: onCloud.txId },
    ]);
    expect(write()).toMatchObject({
      ...{ stage: 'announced', refusal: null, manifestHash: hashOf('another manifest') },
      announceTxId: ANNOUNCE_TX,
    });
    expect(pending()).toBe(0);
  });

  test('is announced as it stands where it is a later one, and its writer is told to revise it', async () => {
    await store.commit(() => {
      store.run('DELETE FROM outbox');
      writes.put(sealedWrite(2));
      addTask(store, { kind: 'record', ref: writeRef(recordId, 2), subject: patientId });
    });
    onCloud = { ...stored({ manifestHash: hashOf('another manifest'), providerId: B }), version: 2 };
    await task.advance(writeRef(recordId, 2), AbortSignal.timeout(10_000));
    expect(announced).toMatchObject([{ version: 2, manifestHash: hashOf('another manifest') }]);
    expect(writes.find(recordId, 2)).toMatchObject({
      ...{ stage: 'refused', refusal: 'RECORD_OTHER_VERSION', announceTxId: ANNOUNCE_TX },
    });
    expect(pending()).toBe(0);
  });
});

test('a denial is premature for a while from when it was first heard, however long the ledger was away before', async () => {
  behaviours = { [A]: () => refusedBy('NO_GRANT'), [B]: () => refusedBy('NO_GRANT') };
  await expect(advance()).rejects.toEqual(NOT_YET);
  nowMs += PREMATURE_GRACE_MS;
  await advance();
  expect(write()).toMatchObject({ stage: 'refused', refusal: 'NO_GRANT' });
  expect(pending()).toBe(0);
});

test('an announcement whose version before is on its way waits for it', async () => {
  announceCode = 'VERSION_NOT_YET';
  await expect(advance()).rejects.toEqual(NOT_YET);
  expect([write().stage, pending()]).toEqual(['stored', 1]);
  announceCode = 'OK';
  await advance();
  expect([write().stage, sent.length]).toEqual(['announced', 1]);
});
