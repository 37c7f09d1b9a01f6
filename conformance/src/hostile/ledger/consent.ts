import type { TestPatient } from '@careledger/chaincode-runtime/testing';
import {
  GRANTS_PER_AUTHORITY_MAX,
  SUBSCRIPTIONS_PENDING_MAX,
  type StatementBody,
  type SubscriptionState,
} from '@careledger/contracts';
import { randomId128 } from '@careledger/crypto';
import { storeByPatient } from '@careledger/records-chaincode/testing';
import { NO_EFFECT, THROUGH } from '../attempt.js';
import type { LedgerFixture } from './ledger-fixture.js';
import { TERMS, pendingSubscription } from './drafts.js';
import { kind, type LedgerKind } from './ledger-attempt.js';

const grant = (fixture: LedgerFixture, ...items: string[]) =>
  fixture.send('patients client', 'Grant', { items });
const grantOnAuthorities = (fixture: LedgerFixture, ...items: string[]) =>
  fixture.send('patients client', 'Grant', { items }, 'authorities');
const revoke = (fixture: LedgerFixture, ...items: string[]) =>
  fixture.must('lab client', 'Revoke', { items });

/** Whether the hospital gets at a record of the patient's: what a grant is good for. */
async function opens(fixture: LedgerFixture, patient: TestPatient): Promise<string> {
  const { recordId } = await fixture.stored(patient, patient);
  return fixture.request(fixture.requestBy(fixture.hospital, patient, recordId));
}

/** A subscription whose request was answered. */
async function rejected(fixture: LedgerFixture, patient: TestPatient): Promise<string> {
  const subscriptionId = await pendingSubscription(fixture, patient);
  const statement = patient.sign('rejectSubscription', { subscriptionId }, patient.consent);
  await fixture.must('lab client', 'RejectSubscription', { statement });
  return subscriptionId;
}

const SCOPE_HASH = 'A'.repeat(43);
const SCOPE_TAG = `${'t'.repeat(21)}A`;

/** A patient's answer to what the hospital asks for: `TERMS`, and what is said besides. */
async function answer(
  fixture: LedgerFixture,
  given: Partial<StatementBody<'grant'>>,
  asked: Partial<StatementBody<'requestSubscription'>> = {},
): Promise<string> {
  const patient = await fixture.patient();
  const subscriptionId = await pendingSubscription(fixture, patient, { asked });
  return grantOnAuthorities(
    fixture,
    patient.grant(fixture.hospital.id, { ...TERMS, ...given, subscriptionId }),
  );
}

const statusOf = async (
  fixture: LedgerFixture,
  patient: TestPatient,
  subscriptionId: string,
): Promise<string> => {
  const { rows } = (await fixture.ask('ListSubscriptions', { patientId: patient.id })) as {
    rows: SubscriptionState[];
  };
  return rows.find((row) => row.subscriptionId === subscriptionId)?.status ?? 'unknown';
};

/** What patients allow, and who would like it otherwise. */
export const consent: readonly LedgerKind[] = [
  kind({
    id: 'held-back-grant',
    role: 'relay',
    what: 'holds a grant back until after its revocation',
    answer: 'GRANT_REVOKED',
    tries: {
      'a single revocation': async (fixture) => {
        const patient = await fixture.patient();
        const sid = randomId128();
        const held = patient.grant(fixture.hospital.id, {}, { sid });
        await revoke(fixture, patient.revoke(sid));
        return grant(fixture, held);
      },
      'a revocation of everything': async (fixture) => {
        const patient = await fixture.patient();
        const held = patient.grant(fixture.hospital.id);
        await revoke(fixture, patient.revokeAll());
        return grant(fixture, held);
      },
    },
  }),
  kind({
    id: 'held-back-revocation',
    role: 'relay',
    what: 'carries a revocation of everything late, so that it would void what was granted since',
    answer: NO_EFFECT,
    tries: {
      Revoke: async (fixture) => {
        const patient = await fixture.patient();
        const held = patient.revokeAll();
        await fixture.granted(patient, fixture.hospital);
        await revoke(fixture, held);
        return (await opens(fixture, patient)) === THROUGH ? NO_EFFECT : THROUGH;
      },
    },
  }),
  kind({
    id: 'replayed-grant',
    role: 'relay',
    what: 'sends a grant again after it was revoked',
    answer: NO_EFFECT,
    tries: {
      'a single revocation': async (fixture) => {
        const patient = await fixture.patient();
        const sid = randomId128();
        const old = patient.grant(fixture.hospital.id, {}, { sid });
        await grant(fixture, old);
        await revoke(fixture, patient.revoke(sid));
        const answer = await grant(fixture, old);
        return (await opens(fixture, patient)) === THROUGH ? THROUGH : answer;
      },
      'a revocation of everything': async (fixture) => {
        const patient = await fixture.patient();
        const old = patient.grant(fixture.hospital.id);
        await grant(fixture, old);
        await revoke(fixture, patient.revokeAll());
        const answer = await grant(fixture, old);
        return (await opens(fixture, patient)) === THROUGH ? THROUGH : answer;
      },
    },
  }),
  kind({
    id: 'policy-seq-reused',
    role: 'thief',
    what: 'signs consent under a sequence number that was used',
    answer: 'POLICY_SEQ_REUSED',
    tries: {
      Grant: async (fixture) => {
        const patient = await fixture.patient();
        await fixture.granted(patient, fixture.lab);
        return grant(fixture, patient.grant(fixture.hospital.id, { policySeq: 1 }));
      },
      Revoke: async (fixture) => {
        const patient = await fixture.patient();
        const grantId = await fixture.granted(patient, fixture.lab);
        const again = patient.sign('revoke', { policySeq: 1, grantId }, patient.consent);
        return fixture.send('lab client', 'Revoke', { items: [again] });
      },
      'Revoke, of everything': async (fixture) => {
        const patient = await fixture.patient();
        await fixture.granted(patient, fixture.lab);
        const again = patient.sign('revokeAll', { policySeq: 1 }, patient.consent);
        return fixture.send('lab client', 'Revoke', { items: [again] });
      },
    },
  }),
  kind({
    id: 'foreign-grant',
    role: 'patient',
    what: 'revokes the grant of another patient by its id',
    answer: NO_EFFECT,
    tries: {
      Revoke: async (fixture) => {
        const [victim, other] = [await fixture.patient(), await fixture.patient()];
        const grantId = await fixture.granted(victim, fixture.hospital);
        await revoke(fixture, other.revoke(grantId));
        return (await opens(fixture, victim)) === THROUGH ? NO_EFFECT : THROUGH;
      },
    },
  }),
  kind({
    id: 'taken-grant-id',
    role: 'patient',
    what: 'takes the id of another one’s grant first',
    answer: NO_EFFECT,
    tries: {
      Grant: async (fixture) => {
        const [victim, other] = [await fixture.patient(), await fixture.patient()];
        const sid = randomId128();
        const waiting = victim.grant(fixture.hospital.id, {}, { sid });
        await grant(fixture, other.grant(fixture.lab.id, {}, { sid }));
        return (await grant(fixture, waiting)) === THROUGH ? NO_EFFECT : THROUGH;
      },
      'Revoke, before it arrives': async (fixture) => {
        const [victim, other] = [await fixture.patient(), await fixture.patient()];
        const sid = randomId128();
        const waiting = victim.grant(fixture.hospital.id, {}, { sid });
        await revoke(fixture, other.revoke(sid));
        return (await grant(fixture, waiting)) === THROUGH ? NO_EFFECT : THROUGH;
      },
    },
  }),
  kind({
    id: 'senseless-period',
    role: 'patient',
    what: 'grants until before the grant begins',
    answer: 'GRANT_PERIOD_INVALID',
    tries: {
      Grant: async (fixture) => {
        const patient = await fixture.patient();
        return grant(fixture, patient.grant(fixture.hospital.id, { until: '2025-12-31T23:59:59Z' }));
      },
    },
  }),
  kind({
    id: 'unknown-grantee',
    role: 'patient',
    what: 'grants to an id that nobody has yet',
    answer: 'AUTHORITY_UNKNOWN',
    tries: {
      Grant: async (fixture) => grant(fixture, (await fixture.patient()).grant('aut_pharmacy')),
    },
  }),
  kind({
    id: 'too-many-grants',
    role: 'patient',
    what: 'makes the ledger read more grants for one decision than it may',
    answer: 'GRANT_LIMIT',
    where: 'memory',
    tries: {
      Grant: async (fixture) => {
        const patient = await fixture.patient();
        for (let count = 0; count < GRANTS_PER_AUTHORITY_MAX; count += 1)
          await fixture.granted(patient, fixture.hospital);
        return grant(fixture, patient.grant(fixture.hospital.id));
      },
    },
  }),
  kind({
    id: 'two-of-one',
    role: 'relay',
    what: 'puts two statements about the same into one transaction, so that the second would not see the first',
    answer: 'BATCH_DUPLICATE_SUBJECT',
    tries: {
      StoreRecords: async (fixture) => {
        const patient = await fixture.patient();
        const items = [storeByPatient(patient), storeByPatient(patient)];
        return fixture.sendLast('cloud-a client', 'StoreRecords', items);
      },
      RegisterPatients: async (fixture) => {
        const patient = fixture.stranger();
        const items = [patient.registration(), patient.registration()];
        return fixture.sendLast('patients enroller', 'RegisterPatients', items);
      },
      'RequestAccess, of one version': async (fixture) => {
        const patient = await fixture.patient();
        const { recordId } = await fixture.stored(patient, patient);
        const items = [1, 2].map(() => fixture.requestBy(fixture.hospital, patient, recordId));
        return fixture.sendLast('cloud-a client', 'RequestAccess', items);
      },
    },
  }),
  kind({
    id: 'foreign-subscription',
    role: 'authority',
    what: 'ends or decides a subscription that is another one’s',
    answer: 'SUBSCRIPTION_MISMATCH',
    tries: {
      CancelSubscription: async (fixture) => {
        const patient = await fixture.patient();
        const subscriptionId = await pendingSubscription(fixture, patient);
        const body = { subscriptionId, patientId: patient.id };
        const statement = fixture.lab.sign('cancelSubscription', body, fixture.lab.signer);
        return fixture.send('lab client', 'CancelSubscription', { statement });
      },
      'Grant that names it': async (fixture) => {
        const patient = await fixture.patient();
        const subscriptionId = await pendingSubscription(fixture, patient);
        return grantOnAuthorities(fixture, patient.grant(fixture.lab.id, { subscriptionId }));
      },
    },
  }),
  kind({
    id: 'other-patients-subscription',
    role: 'patient',
    what: 'answers a request that was made to another patient',
    answer: 'SUBSCRIPTION_UNKNOWN',
    tries: {
      RejectSubscription: async (fixture) => {
        const [victim, other] = [await fixture.patient(), await fixture.patient()];
        const subscriptionId = await pendingSubscription(fixture, victim);
        const statement = other.sign('rejectSubscription', { subscriptionId }, other.consent);
        return fixture.send('lab client', 'RejectSubscription', { statement });
      },
      'Grant that names it': async (fixture) => {
        const [victim, other] = [await fixture.patient(), await fixture.patient()];
        const subscriptionId = await pendingSubscription(fixture, victim);
        return grantOnAuthorities(fixture, other.grant(fixture.hospital.id, { subscriptionId }));
      },
    },
  }),
  kind({
    id: 'answered-subscription',
    role: 'patient',
    what: 'answers a request for a subscription again',
    answer: 'SUBSCRIPTION_NOT_PENDING',
    tries: {
      'Grant that names it': async (fixture) => {
        const patient = await fixture.patient();
        const subscriptionId = await rejected(fixture, patient);
        return grantOnAuthorities(fixture, patient.grant(fixture.hospital.id, { subscriptionId }));
      },
      RejectSubscription: async (fixture) => {
        const patient = await fixture.patient();
        const subscriptionId = await rejected(fixture, patient);
        const statement = patient.sign('rejectSubscription', { subscriptionId }, patient.consent);
        return fixture.send('lab client', 'RejectSubscription', { statement });
      },
    },
  }),
  kind({
    id: 'answer-beyond-request',
    role: 'relay',
    what: 'has a patient approve more than an authority asks for, under its request',
    answer: 'SUBSCRIPTION_EXCEEDED',
    tries: {
      'another right': async (fixture) => answer(fixture, { permissions: ['read', 'modify'] }),
      'another purpose': async (fixture) => answer(fixture, { purposes: ['HRESCH'] }),
      'letting others read': async (fixture) => answer(fixture, { delegable: true }),
      'without the end that was asked for': async (fixture) =>
        answer(fixture, {}, { until: '2030-01-01T00:00:00Z' }),
      'every record, where some were asked for': async (fixture) =>
        answer(fixture, { askedScopeHash: SCOPE_HASH }, { scopeHash: SCOPE_HASH }),
    },
  }),
  kind({
    id: 'request-shown-otherwise',
    role: 'relay',
    what: 'shows a patient that an authority asks for other records than it does',
    answer: 'SUBSCRIPTION_MISMATCH',
    tries: {
      'Grant of what was shown': async (fixture) =>
        answer(
          fixture,
          { scopeTags: [SCOPE_TAG], askedScopeHash: `${'B'.repeat(42)}A` },
          { scopeHash: SCOPE_HASH },
        ),
    },
  }),
  kind({
    id: 'veto-rewritten',
    role: 'authority',
    what: 'turns the patient’s refusal of a subscription into a cancellation of its own',
    answer: NO_EFFECT,
    tries: {
      CancelSubscription: async (fixture) => {
        const patient = await fixture.patient();
        const subscriptionId = await rejected(fixture, patient);
        const body = { subscriptionId, patientId: patient.id };
        const statement = fixture.hospital.sign('cancelSubscription', body, fixture.hospital.signer);
        await fixture.must('hospital client', 'CancelSubscription', { statement });
        return (await statusOf(fixture, patient, subscriptionId)) === 'rejected' ? NO_EFFECT : THROUGH;
      },
    },
  }),
  kind({
    id: 'taken-subscription-id',
    role: 'authority',
    what: 'asks the same patient for a subscription under the id of another authority’s',
    answer: 'STATEMENT_ID_REUSED',
    tries: {
      RequestSubscription: async (fixture) => {
        const patient = await fixture.patient();
        const sid = await pendingSubscription(fixture, patient);
        const body = { patientId: patient.id, ...TERMS };
        const statement = fixture.lab.sign('requestSubscription', body, fixture.lab.signer, { sid });
        return fixture.send('lab client', 'RequestSubscription', { statement });
      },
    },
  }),
  kind({
    id: 'flood-of-requests',
    role: 'authority',
    what: 'floods a patient with requests for subscriptions',
    answer: 'SUBSCRIPTION_LIMIT',
    tries: {
      RequestSubscription: async (fixture) => {
        const patient = await fixture.patient();
        for (let count = 0; count < SUBSCRIPTIONS_PENDING_MAX; count += 1)
          await pendingSubscription(fixture, patient);
        const body = { patientId: patient.id, ...TERMS };
        const statement = fixture.hospital.sign('requestSubscription', body, fixture.hospital.signer);
        return fixture.send('hospital client', 'RequestSubscription', { statement });
      },
    },
  }),
  kind({
    id: 'unknown-patient',
    role: 'authority',
    what: 'asks for, writes about or visits somebody who is no patient',
    answer: 'PATIENT_UNKNOWN',
    tries: {
      RequestSubscription: async (fixture) => {
        const body = { patientId: fixture.stranger().id, ...TERMS };
        const statement = fixture.hospital.sign('requestSubscription', body, fixture.hospital.signer);
        return fixture.send('hospital client', 'RequestSubscription', { statement });
      },
      RequestAccess: async (fixture) => {
        const patient = await fixture.patient();
        const { recordId } = await fixture.stored(patient, patient);
        return fixture.request(fixture.requestBy(fixture.hospital, fixture.stranger(), recordId));
      },
    },
  }),
];
