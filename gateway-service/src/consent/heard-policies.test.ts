import type { GrantState } from '@careledger/contracts';
import { randomId128 } from '@careledger/crypto';
import type { ChannelName } from '@careledger/domain';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { RecordsFixture } from '../../testing/records-fixture.js';
import type { Patient } from '../patients/index.js';
import { PatientProgress } from '../patients/progress.js';
import { AdoptedRules } from './adopted-rules.js';
import type { GrantStatus } from './grant-store.js';
import { HeardPolicies } from './heard-policies.js';

let fixture: RecordsFixture;
/** What the ledgers have. */
let on: Record<ChannelName, GrantState[]>;
/** Patients who were asked for, and whether for rules or delegations. */
let asked: string[];
let heard: HeardPolicies;
beforeEach(async () => {
  fixture = await RecordsFixture.open();
  [on, asked] = [{ authorities: [], cloud: [] }, []];
  const { core, grants, rewraps, rewrapper } = fixture;
  const rules = new AdoptedRules({
    ...{ store: core.store, grants, progress: new PatientProgress() },
    ledger: {
      channel: (name) => ({
        evaluate: (async () => {
          asked.push(name);
          return { rows: on[name], bookmark: '' };
        }) as never,
      }),
    },
    settler: { adopting: (no) => rewraps.request(no), adopted: (no) => rewrapper.add(no) },
    clock: () => fixture.testCore.nowMs,
    logger: { info: () => undefined },
  });
  const delegations = { compare: async () => void asked.push('delegations') };
  heard = new HeardPolicies({ patients: core.patients, store: core.store, grants, rules, delegations });
});
afterEach(() => fixture[Symbol.asyncDispose]());

const REVOKED_AT = '2026-06-01T08:00:00.000Z';

/** The grant as a ledger has it. */
function stateOf({ patientId, patientNo }: Patient, grantId: string): GrantState {
  const body = fixture.grants.get(patientNo, grantId)?.body;
  if (body === undefined) throw new Error('the grant was just made');
  return {
    ...{ ...body, patientId, grantId, txId: '0'.repeat(64) },
    recordedAt: '2026-01-01T00:00:00.000Z',
  };
}

const news = (
  { patientId }: Pick<Patient, 'patientId'>,
  { granted = [], revoked = [] }: { granted?: string[]; revoked?: string[] },
) => ({
  changes: [
    {
      ...{ patientId, policyVersion: 2, revoked },
      granted: granted.map((grantId) => ({ grantId, authorityId: 'aut_hospital' })),
    },
  ],
});

const statusOf = ({ patientNo }: Patient, grantId: string): GrantStatus | undefined =>
  fixture.grants.get(patientNo, grantId)?.status;

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

  await heard.hear(news(patient, { revoked: [grantId] }));
  expect(statusOf(patient, grantId)).toBe('revoked');
  await fixture.until(() => rewraps.count() === 0);
  expect(provider.kidsOf(versionId)).not.toContain(hospital.encryption.kid);
});

test('what this gateway has sent itself is asked for by nobody, nor what is another gateway’s', async () => {
  const { patient } = await fixture.patient();
  const [given, revoked] = [
    fixture.grant(patient, fixture.hospital),
    fixture.grant(patient, fixture.insurer),
  ];
  fixture.revoke(patient, revoked);
  await heard.hear(news(patient, { granted: [given, revoked], revoked: [revoked, randomId128()] }));
  await heard.hear(news({ patientId: randomId128() }, { granted: [randomId128()] }));
  expect(asked).toEqual([]);
});

test('a delegation or a revoke-all, which name no grant, are asked for', async () => {
  const { patient } = await fixture.patient();
  await heard.hear(news(patient, {}));
  expect(asked).toEqual(['authorities', 'cloud', 'delegations']);
});

test('a grant counts once `authorities` has it, a denial wherever it is, also one that was refused before', async () => {
  const { patient } = await fixture.patient();
  const grantId = fixture.grant(patient, fixture.hospital);
  const known = stateOf(patient, grantId);
  const [given, denied] = [randomId128(), randomId128()];
  const others = { ...known, grantId: given, authorityId: 'aut_insurer' };
  const { delegable, ...terms } = others;
  const denial: GrantState = { ...terms, delegable, grantId: denied, effect: 'deny' };
  on = { authorities: [known], cloud: [known, others, denial] };
  await heard.hear(news(patient, { granted: [given] }));
  expect([statusOf(patient, given), statusOf(patient, denied)]).toEqual([undefined, 'active']);

  on.authorities = [known, others];
  fixture.core.store.deferred(() => fixture.grants.setStatus(patient.patientNo, denied, 'active', 'refused'));
  await heard.hear(news(patient, { granted: [denied] }));
  expect([statusOf(patient, given), statusOf(patient, denied)]).toEqual(['active', 'active']);
});

test('the end of a delegate’s rule does not end the patient’s own of the same id', async () => {
  const { patient } = await fixture.patient();
  const grantId = fixture.grant(patient, fixture.hospital);
  const own = stateOf(patient, grantId);
  const delegated = { ...own, path: [randomId128()], delegateSeq: 1, revokedAt: REVOKED_AT };
  // `cloud` has not heard of the patient's yet.
  on = { authorities: [own], cloud: [delegated] };
  await heard.hear(news(patient, { revoked: [grantId] }));
  expect(asked).toContain('cloud');
  expect(statusOf(patient, grantId)).toBe('active');
});
