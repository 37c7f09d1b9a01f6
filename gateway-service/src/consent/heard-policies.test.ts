import type { GrantState } from '@careledger/contracts';
import { randomId128 } from '@careledger/crypto';
import type { ChannelName } from '@careledger/domain';
import { LedgerError } from '@careledger/ledger';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { RecordsFixture } from '../../testing/records-fixture.js';
import type { Patient } from '../patients/index.js';
import { PatientProgress } from '../patients/progress.js';
import { AdoptedDelegations } from './adopted-delegations.js';
import { AdoptedRules } from './adopted-rules.js';
import { DelegationStore } from './delegation-store.js';
import { EarlierDecisions } from './earlier.js';
import type { GrantStatus } from './grant-store.js';
import { HeardPolicies } from './heard-policies.js';
import { PolicyNewsStore } from './policy-news-store.js';
import { StepStore } from './step-store.js';

const TX = 'a'.repeat(64);
const REVOKED_AT = '2026-06-01T08:00:00.000Z';

let fixture: RecordsFixture;
/** What the ledgers have; undefined: they are away. */
let on: Record<ChannelName, GrantState[]> | undefined;
/** What the ledgers were asked. */
let asked: string[];
let approved: string[];
let steps: StepStore;
let news: PolicyNewsStore;
let heard: HeardPolicies;
beforeEach(async () => {
  fixture = await RecordsFixture.open();
  [on, asked, approved] = [{ authorities: [], cloud: [] }, [], []];
  const { store, patients } = fixture.core;
  const { grants, rewraps, rewrapper } = fixture;
  steps = new StepStore(store.database);
  news = new PolicyNewsStore(store.database);
  const answer = async (channel: ChannelName, query: string) => {
    asked.push(`${query} ${channel}`);
    if (on === undefined) throw new LedgerError('UNAVAILABLE', 'nobody answers');
    if (query === 'ListGrants') return { rows: on[channel], bookmark: '' };
    // As of a patient whose registration this channel lacks.
    throw new LedgerError('CHAINCODE_REFUSED', 'unknown', { chaincodeCode: 'PATIENT_UNKNOWN' });
  };
  const ledger = {
    channel: (name: ChannelName) => ({
      evaluate: ((_contract: unknown, query: string) => answer(name, query)) as never,
    }),
  };
  const clock = () => fixture.testCore.nowMs;
  const rules = new AdoptedRules({
    ...{ store, grants, ledger, clock, progress: new PatientProgress() },
    earlier: new EarlierDecisions({ steps, grants, ledger }),
    settler: {
      adopting: (no, given) => {
        rewraps.request(no);
        approved.push(...given.flatMap(({ subscriptionId }) => subscriptionId ?? []));
      },
      adopted: (no) => rewrapper.add(no),
    },
    logger: { info: () => undefined },
  });
  const delegations = new AdoptedDelegations({
    ...{ store, ledger, clock },
    delegations: new DelegationStore(store.database),
  });
  const logger = { warn: () => undefined };
  heard = new HeardPolicies({ patients, store, news, grants, steps, rules, delegations, logger });
});
afterEach(async () => {
  await heard.stop();
  await fixture[Symbol.asyncDispose]();
});

/** The grant as a ledger has it. */
function stateOf({ patientId, patientNo }: Patient, grantId: string): GrantState {
  const body = fixture.grants.get(patientNo, grantId)?.body;
  if (body === undefined) throw new Error('the grant was just made');
  return {
    ...{ ...body, patientId, grantId, txId: '0'.repeat(64) },
    recordedAt: '2026-01-01T00:00:00.000Z',
  };
}

type Change = { readonly granted?: readonly string[]; readonly revoked?: readonly string[] };

/** A channel has this; resolves when the ledgers were asked, where they are. */
async function hear({ patientId }: Pick<Patient, 'patientId'>, change: Change): Promise<void> {
  const { granted = [], revoked = [] } = change;
  const about = { patientId, policyVersion: 2, revoked: [...revoked] };
  const rules = granted.map((grantId) => ({ grantId, authorityId: 'aut_hospital' }));
  await heard.hear({ changes: [{ ...about, granted: rules }] }, TX);
  if (on !== undefined) await fixture.until(() => news.patients().length === 0);
}

const statusOf = ({ patientNo }: Patient, grantId: string): GrantStatus | undefined =>
  fixture.grants.get(patientNo, grantId)?.status;

/** One that this gateway does not know. */
function unknown(patient: Patient, terms: Partial<GrantState> = {}): GrantState {
  const like = stateOf(patient, fixture.grant(patient, fixture.hospital));
  return { ...like, grantId: randomId128(), authorityId: 'aut_insurer', ...terms };
}

test('a revocation that goes past this gateway while it wraps for the revoked ends that work', async () => {
  const { patient, device } = await fixture.patient();
  const { core, provider, hospital, insurer, rewraps, rewrapper } = fixture;
  const versionId = await fixture.store(await fixture.periodic(patient, device));
  await fixture.rewrapped(patient);
  // The ledgers have the revocation, the provider obeys it, and this gateway has not heard of it.
  const own = core.patients.keys(patient.patientId).encryption().kid;
  provider.allowed = new Set([own, insurer.encryption.kid]);
  const grantId = fixture.grant(patient, hospital);
  fixture.grant(patient, insurer);
  const state = stateOf(patient, grantId);
  on = { authorities: [state], cloud: [{ ...state, revokedAt: REVOKED_AT }] };
  rewrapper.add(patient.patientNo);
  await fixture.until(() => rewrapper.health.lastError !== null);
  expect(rewraps.count()).toBe(1);
  expect(provider.kidsOf(versionId)).toEqual(expect.arrayContaining([own, insurer.encryption.kid]));

  await hear(patient, { revoked: [grantId] });
  expect(statusOf(patient, grantId)).toBe('revoked');
  await fixture.until(() => rewraps.count() === 0);
  expect(provider.kidsOf(versionId)).not.toContain(hospital.encryption.kid);
});

test('what is heard while the ledgers are away is asked for after the next start', async () => {
  const { patient } = await fixture.patient();
  const state = unknown(patient, { subscriptionId: 'sub' });
  const there = { authorities: [state], cloud: [state] };
  on = undefined;
  await hear(patient, { granted: [state.grantId] });
  await heard.stop();
  expect(news.patients()).toEqual([patient.patientNo]);

  on = there;
  const { core, grants } = fixture;
  const again = new HeardPolicies({
    ...{ patients: core.patients, store: core.store, news, grants, steps },
    rules: {
      compare: async () => {
        asked.push('again');
        return { authorities: new Map(), cloud: new Map() };
      },
    },
    delegations: { compare: async () => undefined },
    logger: { warn: () => undefined },
  });
  again.start();
  await fixture.until(() => news.patients().length === 0);
  expect(asked).toContain('again');
  await again.stop();
});

test('what this gateway has sent itself is asked for by nobody, nor what is another gateway’s', async () => {
  const { patient } = await fixture.patient();
  const { patientNo } = patient;
  const given = fixture.grant(patient, fixture.hospital);
  const revoked = fixture.grant(patient, fixture.insurer);
  const delegated = fixture.grant(patient, fixture.insurer, { path: [randomId128()] });
  fixture.revoke(patient, revoked);
  fixture.core.store.deferred(() => {
    const channels = ['authorities'] as const;
    steps.insert(
      { patientNo, job: delegated, kind: 'grant', channels, statement: 's', isDelegated: true },
      1,
    );
    const stepNo = steps.job(patientNo, delegated)[0]?.stepNo ?? 0;
    steps.settle(stepNo, { status: 'done', code: 'OK', txId: TX, blockNumber: 1 }, 1);
  });
  await hear(patient, { granted: [given, revoked, delegated], revoked: [revoked] });
  await hear({ patientId: randomId128() }, { granted: [randomId128()] });
  expect(asked).toEqual([]);
});

test('a delegation or a revoke-all names no grant: both channels are asked, one that lacks the patient keeps nothing back', async () => {
  const { patient } = await fixture.patient();
  await hear(patient, {});
  const queries = ['ListGrants', 'ListDelegations'];
  expect(asked).toEqual(queries.flatMap((query) => [`${query} authorities`, `${query} cloud`]));
});

test('a grant counts once `authorities` has it, with the subscription that it answers; a denial wherever it is', async () => {
  const { patient } = await fixture.patient();
  const given = unknown(patient, { subscriptionId: 'sub' });
  const denied = unknown(patient, { effect: 'deny' });
  on = { authorities: [], cloud: [given, denied] };
  await hear(patient, { granted: [given.grantId] });
  expect([statusOf(patient, given.grantId), statusOf(patient, denied.grantId)]).toEqual([
    undefined,
    'active',
  ]);
  on = { authorities: [given], cloud: [given, denied] };
  await hear(patient, { granted: [given.grantId] });
  expect(statusOf(patient, given.grantId)).toBe('active');
  expect(approved).toEqual(['sub']);
});

test('what the ledgers took under the id of a rule that was refused here is what they have, not what was refused', async () => {
  const { patient } = await fixture.patient();
  const { patientNo } = patient;
  const grantId = fixture.grant(patient, fixture.hospital);
  const denial: GrantState = { ...stateOf(patient, grantId), effect: 'deny', policySeq: 7 };
  fixture.core.store.deferred(() => fixture.grants.setStatus(patientNo, grantId, 'active', 'refused'));
  on = { authorities: [denial], cloud: [denial] };
  await hear(patient, { granted: [grantId] });
  expect(fixture.grants.get(patientNo, grantId)).toMatchObject({
    ...{ status: 'active', policySeq: 7 },
    body: expect.objectContaining({ effect: 'deny' }),
  });
});

test('the end of a delegate’s rule does not end the patient’s own of the same id, known or not', async () => {
  const { patient } = await fixture.patient();
  const own = stateOf(patient, fixture.grant(patient, fixture.hospital));
  const unknownDenial = unknown(patient, { effect: 'deny' });
  const ended = { path: [randomId128()], delegateSeq: 1, revokedAt: REVOKED_AT };
  on = {
    authorities: [own, { ...unknownDenial, ...ended }],
    cloud: [{ ...own, ...ended }, unknownDenial],
  };
  await hear(patient, { revoked: [own.grantId] });
  expect(asked).toContain('ListGrants cloud');
  expect([statusOf(patient, own.grantId), statusOf(patient, unknownDenial.grantId)]).toEqual([
    'active',
    'active',
  ]);
});
