import type { StoredRecordState, StatementBody, TagConfirmation } from '@careledger/contracts';
import { randomId128 } from '@careledger/crypto';
import type { ChannelName } from '@careledger/domain';
import { EnvelopeError, scopeTag } from '@careledger/envelope';
import type { FhirResource } from '@careledger/fhir';
import { LedgerError, type LedgerChannel } from '@careledger/ledger';
import { coversTags } from '@careledger/policy';
import { readStatement } from '@careledger/statements';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { TestCore } from '../../testing/test-core.js';
import { until as comesTrue } from '../../testing/until.js';
import { GATEWAY_MIGRATIONS } from '../migrations.js';
import type { Patient } from '../patients/index.js';
import { PatientProgress } from '../patients/progress.js';
import { foundIn } from '../records/scope.js';
import { Confirmer } from './confirmer.js';
import { ReceivedStore } from './received-store.js';

const bundleOf = (category: string): FhirResource => ({
  resourceType: 'Bundle',
  entry: [{ resource: { resourceType: 'Observation', category: [{ coding: [{ code: category }] }] } }],
});

let t: TestCore;
let patient: Patient;
let received: ReceivedStore;
let confirmer: Confirmer;
/** What each channel has, by record id. */
let rows: Record<ChannelName, Map<string, StoredRecordState>>;
/** Versions of a record, oldest first. */
let histories: Map<string, { readonly version: number; readonly author: string }[]>;
/** What was submitted, and what is done with the answer. */
let said: { readonly channel: ChannelName; readonly body: StatementBody<'confirmTags'> }[];
let answer: () => void;
/** What is in a record, or why it cannot be opened. */
let contents: Map<string, FhirResource | Error>;

beforeEach(async () => {
  t = await TestCore.open({ migrations: GATEWAY_MIGRATIONS });
  patient = await t.patient();
  received = new ReceivedStore(t.core.store.database);
  rows = { cloud: new Map(), authorities: new Map() };
  histories = new Map();
  said = [];
  answer = () => undefined;
  contents = new Map();
  confirmer = newConfirmer();
});
afterEach(async () => {
  await confirmer.stop();
  await t[Symbol.asyncDispose]();
});

/** A channel that keeps what it is told, as the chaincode does. */
const channelOf = (name: ChannelName): Pick<LedgerChannel, 'evaluate'> => ({
  evaluate: (async (
    _contract: unknown,
    asked: string,
    { recordId, bookmark = '0' }: { recordId: string; bookmark?: string },
  ) => {
    if (asked === 'RecordHistory') return pageOf(histories.get(recordId) ?? [], Number(bookmark));
    const row = rows[name].get(recordId);
    if (row !== undefined) return row;
    throw new LedgerError('CHAINCODE_REFUSED', 'no such record', { chaincodeCode: 'RECORD_UNKNOWN' });
  }) as never,
});

/** One version a page. */
const pageOf = (history: readonly object[], index: number) => ({
  rows: history.slice(index, index + 1),
  bookmark: index + 1 < history.length ? String(index + 1) : '',
});

const submitOn = (channel: ChannelName) => ({
  submit: async (_patientId: string, statement: string) => {
    const body = readStatement(statement).payload.body as StatementBody<'confirmTags'>;
    said.push({ channel, body });
    const row = rows[channel].get(body.recordId);
    const { confirmations = [] } = row ?? {};
    const txId = `tx-${said.length}`;
    if (row === undefined || body.seq !== (confirmations.at(-1)?.seq ?? 0) + 1)
      return { item: { sid: 's', code: 'CONFIRMATION_CONFLICT' as const, txId }, blockNumber: 1 };
    const { seq, tagGroups } = body;
    const confirmation: TagConfirmation = { seq, tagGroups, at: '2026-06-01T08:00:00Z', txId };
    rows[channel].set(body.recordId, { ...row, confirmations: [...confirmations, confirmation] });
    answer();
    return { item: { sid: 's', code: 'OK' as const, txId }, blockNumber: 1 };
  },
});

function newConfirmer(): Confirmer {
  const log = (): void => undefined;
  return new Confirmer({
    core: t.core,
    received,
    opener: {
      open: async (_patient, { recordId }) => {
        const content = contents.get(recordId);
        if (content === undefined || content instanceof Error) throw content ?? new Error('nothing there');
        return { content, json: JSON.stringify(content), manifest: 'm' };
      },
    },
    ledger: {
      channel: channelOf,
      confirm: { cloud: submitOn('cloud'), authorities: submitOn('authorities') },
    },
    networkId: 'devnet',
    rewraps: { request: () => undefined },
    rewrapper: { add: () => undefined },
    progress: new PatientProgress(),
    logger: { info: log, warn: log, error: log },
  });
}

/** A record of the lab's that lies on a channel. */
function put(recordId: string, channel: ChannelName, more: Partial<StoredRecordState> = {}): void {
  const row = { patientId: patient.patientId, recordId, version: 1, author: 'aut_lab', manifestHash: 'h' };
  rows[channel].set(recordId, { ...row, tagGroups: [], ...more } as unknown as StoredRecordState);
}

/** The channel has told of it. */
function hear(recordId: string, channel: ChannelName): number {
  const told = { patientNo: patient.patientNo, recordId, version: 1 };
  const versionNo = t.core.store.deferred(() => received.heard(told, channel, t.nowMs));
  confirmer.add(patient.patientNo, versionNo);
  return versionNo;
}

const until = (holds: () => boolean): Promise<void> => comesTrue(holds, () => JSON.stringify(said));
const isDone = (): boolean => received.openCount(patient.patientNo) === 0;
const laboratory = (recordId: string) =>
  foundIn(t.core.patients.keys(patient.patientId).scopeKey(), bundleOf('laboratory'), {
    ...{ recordId, authors: ['aut_lab'] },
  });

describe('what an authority has written', () => {
  test('is said on each channel once it is there, with the tags of the gateway’s own records', async () => {
    const recordId = randomId128();
    contents.set(recordId, bundleOf('laboratory'));
    put(recordId, 'cloud');
    const versionNo = hear(recordId, 'cloud');
    await until(isDone);
    put(recordId, 'authorities');
    hear(recordId, 'authorities');
    await until(isDone);
    const { tagGroups } = laboratory(recordId);
    expect(said.map(({ channel, body: { seq } }) => [channel, seq])).toEqual([
      ['cloud', 1],
      ['authorities', 1],
    ]);
    for (const { body } of said) expect(body).toMatchObject({ recordId, manifestHash: 'h', tagGroups });
    expect(received.get(versionNo)).toMatchObject({
      confirmedBy: { cloud: 'tx-1', authorities: 'tx-2' },
    });
  });

  test('whose confirmation was on its way when the answer was lost is not said twice', async () => {
    const recordId = randomId128();
    contents.set(recordId, bundleOf('laboratory'));
    put(recordId, 'cloud');
    answer = () => {
      answer = () => undefined;
      throw new LedgerError('COMMIT_UNKNOWN', 'the answer was lost');
    };
    const versionNo = hear(recordId, 'cloud');
    await until(isDone);
    expect(said).toHaveLength(1);
    expect(received.get(versionNo)?.confirmedBy.cloud).toBe('tx-1');
  });

  test('that was said to hold something else is corrected', async () => {
    const recordId = randomId128();
    contents.set(recordId, bundleOf('laboratory'));
    const earlier = { seq: 1, tagGroups: [['x'.repeat(22)]], at: '2026-06-01T07:00:00Z', txId: 'before' };
    put(recordId, 'cloud', { confirmations: [earlier] });
    hear(recordId, 'cloud');
    await until(isDone);
    expect(said.map(({ body: { seq } }) => seq)).toEqual([2]);
  });

  test('is of the authority that the ledger names: a tag for another author that its own word gave it is gone', async () => {
    const recordId = randomId128();
    const ofAuthor = (author: string) =>
      scopeTag(t.core.patients.keys(patient.patientId).scopeKey(), { author });
    contents.set(recordId, bundleOf('laboratory'));
    put(recordId, 'cloud', { tagGroups: [[ofAuthor('aut_hospital')]] });
    hear(recordId, 'cloud');
    await until(isDone);
    const [tags = []] = said.map(({ body }) => body.tagGroups.flat());
    expect(tags).toContain(ofAuthor('aut_lab'));
    expect(tags).not.toContain(ofAuthor('aut_hospital'));
  });

  test('and continues what others wrote is of all of them', async () => {
    const recordId = randomId128();
    const authors = ['aut_hospital', 'aut_pharmacy', 'aut_lab', 'aut_insurer'];
    contents.set(recordId, bundleOf('laboratory'));
    // The insurer's came after the one that is opened.
    histories.set(
      recordId,
      authors.map((author, index) => ({ version: index + 1, author })),
    );
    put(recordId, 'cloud', { version: 3 });
    hear(recordId, 'cloud');
    await until(isDone);
    const scopeKey = t.core.patients.keys(patient.patientId).scopeKey();
    const groups = said[0]?.body.tagGroups ?? [];
    const found = authors.map((author) => groups.flat().includes(scopeTag(scopeKey, { author })));
    expect(found).toEqual([true, true, true, false]);
    for (const author of authors) expect(coversTags([scopeTag(scopeKey, { author })], groups)).toBe(false);
  });

  test('that was announced and never stored holds up nothing else of the patient', async () => {
    const [never, other] = [randomId128(), randomId128()];
    put(never, 'authorities');
    hear(never, 'authorities');
    contents.set(other, bundleOf('laboratory'));
    put(other, 'cloud');
    hear(other, 'cloud');
    await until(() => said.length > 0);
    expect(said.map(({ body: { recordId } }) => recordId)).toEqual([other]);
    expect(isDone()).toBe(true);
  });

  test('that cannot be opened holds up nothing else, says why, and is tried again at the next start', async () => {
    const [broken, other] = [randomId128(), randomId128()];
    contents.set(broken, new EnvelopeError('DECRYPTION_FAILED', 'sealed otherwise'));
    contents.set(other, bundleOf('laboratory'));
    for (const recordId of [broken, other]) put(recordId, 'cloud');
    const versionNo = hear(broken, 'cloud');
    hear(other, 'cloud');
    await until(() => said.length > 0 && isDone());
    expect(received.get(versionNo)?.failure).toBe('DECRYPTION_FAILED');
    expect(received.failures()).toEqual([{ failure: 'DECRYPTION_FAILED', count: 1 }]);
    contents.set(broken, bundleOf('laboratory'));
    await confirmer.stop();
    confirmer = newConfirmer();
    confirmer.start();
    await until(() => said.length === 2 && isDone());
    expect(received.get(versionNo)?.failure).toBeNull();
  });

  test('is not the patient’s own, which a store that was put back has forgotten', async () => {
    const recordId = randomId128();
    put(recordId, 'cloud', { author: patient.patientId });
    const versionNo = hear(recordId, 'cloud');
    await until(isDone);
    expect(received.get(versionNo)).toBeUndefined();
    expect(said).toEqual([]);
  });
});
