import type { TestPatient } from '@careledger/chaincode-runtime/testing';
import {
  GRANTS_PER_AUTHORITY_MAX,
  SUBSCRIPTIONS_PENDING_MAX,
  type SubscriptionState,
} from '@careledger/contracts';
import { randomId128 } from '@careledger/crypto';
import { storeByPatient } from '@careledger/records-chaincode/testing';
import { NO_EFFECT, THROUGH } from '../attempt.js';
import type { Cast } from './ledger-fixture.js';
import { TERMS, pendingSubscription } from './drafts.js';
import { kind, type LedgerKind } from './ledger-attempt.js';

const grant = (cast: Cast, ...items: string[]) => cast.send('patients client', 'Grant', { items });
const grantOnAuthorities = (cast: Cast, ...items: string[]) =>
  cast.send('patients client', 'Grant', { items }, 'authorities');
const revoke = (cast: Cast, ...items: string[]) => cast.must('lab client', 'Revoke', { items });

/** Whether the hospital gets at a record of the patient's: what a grant is good for. */
async function opens(cast: Cast, patient: TestPatient): Promise<string> {
  const { recordId } = await cast.stored(patient, patient);
  return cast.request(cast.requestBy(cast.hospital, patient, recordId));
}

/** A subscription whose request was answered. */
async function rejected(cast: Cast, patient: TestPatient): Promise<string> {
  const subscriptionId = await pendingSubscription(cast, patient);
  const statement = patient.sign('rejectSubscription', { subscriptionId }, patient.consent);
  await cast.must('lab client', 'RejectSubscription', { statement });
  return subscriptionId;
}

const statusOf = async (cast: Cast, patient: TestPatient, subscriptionId: string): Promise<string> => {
  const { rows } = (await cast.ask('ListSubscriptions', { patientId: patient.id })) as {
    rows: SubscriptionState[];
  };
  return rows.find((row) => row.subscriptionId === subscriptionId)?.status ?? 'unknown';
};

/** What patients allow, and who would like it otherwise. */
export const consent: readonly LedgerKind[] = [
  kind('held-back-grant', 'relay', 'holds a grant back until after its revocation', 'GRANT_REVOKED', {
    'a single revocation': async (cast) => {
      const patient = await cast.patient();
      const sid = randomId128();
      const held = patient.grant(cast.hospital.id, {}, { sid });
      await revoke(cast, patient.revoke(sid));
      return grant(cast, held);
    },
    'a revocation of everything': async (cast) => {
      const patient = await cast.patient();
      const held = patient.grant(cast.hospital.id);
      await revoke(cast, patient.revokeAll());
      return grant(cast, held);
    },
  }),
  kind(
    'held-back-revocation',
    'relay',
    'carries a revocation of everything late, so that it would void what was granted since',
    NO_EFFECT,
    {
      Revoke: async (cast) => {
        const patient = await cast.patient();
        const held = patient.revokeAll();
        await cast.granted(patient, cast.hospital);
        await revoke(cast, held);
        return (await opens(cast, patient)) === THROUGH ? NO_EFFECT : THROUGH;
      },
    },
  ),
  kind('replayed-grant', 'relay', 'sends a grant again after it was revoked', NO_EFFECT, {
    'a single revocation': async (cast) => {
      const patient = await cast.patient();
      const sid = randomId128();
      const old = patient.grant(cast.hospital.id, {}, { sid });
      await grant(cast, old);
      await revoke(cast, patient.revoke(sid));
      const answer = await grant(cast, old);
      return (await opens(cast, patient)) === THROUGH ? THROUGH : answer;
    },
    'a revocation of everything': async (cast) => {
      const patient = await cast.patient();
      const old = patient.grant(cast.hospital.id);
      await grant(cast, old);
      await revoke(cast, patient.revokeAll());
      const answer = await grant(cast, old);
      return (await opens(cast, patient)) === THROUGH ? THROUGH : answer;
    },
  }),
  kind(
    'policy-seq-reused',
    'thief',
    'signs consent under a sequence number that was used',
    'POLICY_SEQ_REUSED',
    {
      Grant: async (cast) => {
        const patient = await cast.patient();
        await cast.granted(patient, cast.lab);
        return grant(cast, patient.grant(cast.hospital.id, { policySeq: 1 }));
      },
      Revoke: async (cast) => {
        const patient = await cast.patient();
        const grantId = await cast.granted(patient, cast.lab);
        const again = patient.sign('revoke', { policySeq: 1, grantId }, patient.consent);
        return cast.send('lab client', 'Revoke', { items: [again] });
      },
      'Revoke, of everything': async (cast) => {
        const patient = await cast.patient();
        await cast.granted(patient, cast.lab);
        const again = patient.sign('revokeAll', { policySeq: 1 }, patient.consent);
        return cast.send('lab client', 'Revoke', { items: [again] });
      },
    },
  ),
  kind('foreign-grant', 'patient', 'revokes the grant of another patient by its id', NO_EFFECT, {
    Revoke: async (cast) => {
      const [victim, other] = [await cast.patient(), await cast.patient()];
      const grantId = await cast.granted(victim, cast.hospital);
      await revoke(cast, other.revoke(grantId));
      return (await opens(cast, victim)) === THROUGH ? NO_EFFECT : THROUGH;
    },
  }),
  kind('taken-grant-id', 'patient', 'takes the id of another one’s grant first', NO_EFFECT, {
    Grant: async (cast) => {
      const [victim, other] = [await cast.patient(), await cast.patient()];
      const sid = randomId128();
      const waiting = victim.grant(cast.hospital.id, {}, { sid });
      await grant(cast, other.grant(cast.lab.id, {}, { sid }));
      return (await grant(cast, waiting)) === THROUGH ? NO_EFFECT : THROUGH;
    },
    'Revoke, before it arrives': async (cast) => {
      const [victim, other] = [await cast.patient(), await cast.patient()];
      const sid = randomId128();
      const waiting = victim.grant(cast.hospital.id, {}, { sid });
      await revoke(cast, other.revoke(sid));
      return (await grant(cast, waiting)) === THROUGH ? NO_EFFECT : THROUGH;
    },
  }),
  kind('senseless-period', 'patient', 'grants until before the grant begins', 'GRANT_PERIOD_INVALID', {
    Grant: async (cast) => {
      const patient = await cast.patient();
      return grant(cast, patient.grant(cast.hospital.id, { until: '2025-12-31T23:59:59Z' }));
    },
  }),
  kind('unknown-grantee', 'patient', 'grants to an id that nobody has yet', 'AUTHORITY_UNKNOWN', {
    Grant: async (cast) => grant(cast, (await cast.patient()).grant('aut_pharmacy')),
  }),
  kind(
    'too-many-grants',
    'patient',
    'makes the ledger read more grants for one decision than it may',
    'GRANT_LIMIT',
    {
      Grant: async (cast) => {
        const patient = await cast.patient();
        for (let count = 0; count < GRANTS_PER_AUTHORITY_MAX; count += 1)
          await cast.granted(patient, cast.hospital);
        return grant(cast, patient.grant(cast.hospital.id));
      },
    },
    'memory',
  ),
  kind(
    'two-of-one',
    'relay',
    'puts two statements of one patient into one transaction, so that the second would not see the first',
    'BATCH_DUPLICATE_SUBJECT',
    {
      StoreRecords: async (cast) => {
        const patient = await cast.patient();
        const items = [storeByPatient(patient), storeByPatient(patient)];
        return cast.sendLast('cloud-a client', 'StoreRecords', items);
      },
    },
  ),
  kind(
    'foreign-subscription',
    'authority',
    'ends or decides a subscription that is another one’s',
    'SUBSCRIPTION_MISMATCH',
    {
      CancelSubscription: async (cast) => {
        const patient = await cast.patient();
        const subscriptionId = await pendingSubscription(cast, patient);
        const body = { subscriptionId, patientId: patient.id };
        const statement = cast.lab.sign('cancelSubscription', body, cast.lab.signer);
        return cast.send('lab client', 'CancelSubscription', { statement });
      },
      'Grant that names it': async (cast) => {
        const patient = await cast.patient();
        const subscriptionId = await pendingSubscription(cast, patient);
        return grantOnAuthorities(cast, patient.grant(cast.lab.id, { subscriptionId }));
      },
    },
  ),
  kind(
    'other-patients-subscription',
    'patient',
    'answers a request that was made to another patient',
    'SUBSCRIPTION_UNKNOWN',
    {
      RejectSubscription: async (cast) => {
        const [victim, other] = [await cast.patient(), await cast.patient()];
        const subscriptionId = await pendingSubscription(cast, victim);
        const statement = other.sign('rejectSubscription', { subscriptionId }, other.consent);
        return cast.send('lab client', 'RejectSubscription', { statement });
      },
      'Grant that names it': async (cast) => {
        const [victim, other] = [await cast.patient(), await cast.patient()];
        const subscriptionId = await pendingSubscription(cast, victim);
        return grantOnAuthorities(cast, other.grant(cast.hospital.id, { subscriptionId }));
      },
    },
  ),
  kind(
    'answered-subscription',
    'patient',
    'answers a request for a subscription again',
    'SUBSCRIPTION_NOT_PENDING',
    {
      'Grant that names it': async (cast) => {
        const patient = await cast.patient();
        const subscriptionId = await rejected(cast, patient);
        return grantOnAuthorities(cast, patient.grant(cast.hospital.id, { subscriptionId }));
      },
      RejectSubscription: async (cast) => {
        const patient = await cast.patient();
        const subscriptionId = await rejected(cast, patient);
        const statement = patient.sign('rejectSubscription', { subscriptionId }, patient.consent);
        return cast.send('lab client', 'RejectSubscription', { statement });
      },
    },
  ),
  kind(
    'veto-rewritten',
    'authority',
    'turns the patient’s refusal of a subscription into a cancellation of its own',
    NO_EFFECT,
    {
      CancelSubscription: async (cast) => {
        const patient = await cast.patient();
        const subscriptionId = await rejected(cast, patient);
        const body = { subscriptionId, patientId: patient.id };
        const statement = cast.hospital.sign('cancelSubscription', body, cast.hospital.signer);
        await cast.must('hospital client', 'CancelSubscription', { statement });
        return (await statusOf(cast, patient, subscriptionId)) === 'rejected' ? NO_EFFECT : THROUGH;
      },
    },
  ),
  kind(
    'taken-subscription-id',
    'authority',
    'asks the same patient for a subscription under the id of another authority’s',
    'STATEMENT_ID_REUSED',
    {
      RequestSubscription: async (cast) => {
        const patient = await cast.patient();
        const sid = await pendingSubscription(cast, patient);
        const body = { patientId: patient.id, ...TERMS };
        const statement = cast.lab.sign('requestSubscription', body, cast.lab.signer, { sid });
        return cast.send('lab client', 'RequestSubscription', { statement });
      },
    },
  ),
  kind(
    'flood-of-requests',
    'authority',
    'floods a patient with requests for subscriptions',
    'SUBSCRIPTION_LIMIT',
    {
      RequestSubscription: async (cast) => {
        const patient = await cast.patient();
        for (let count = 0; count < SUBSCRIPTIONS_PENDING_MAX; count += 1)
          await pendingSubscription(cast, patient);
        const body = { patientId: patient.id, ...TERMS };
        const statement = cast.hospital.sign('requestSubscription', body, cast.hospital.signer);
        return cast.send('hospital client', 'RequestSubscription', { statement });
      },
    },
  ),
  kind(
    'unknown-patient',
    'authority',
    'asks for, writes about or visits somebody who is no patient',
    'PATIENT_UNKNOWN',
    {
      RequestSubscription: async (cast) => {
        const body = { patientId: cast.stranger().id, ...TERMS };
        const statement = cast.hospital.sign('requestSubscription', body, cast.hospital.signer);
        return cast.send('hospital client', 'RequestSubscription', { statement });
      },
      RequestAccess: async (cast) => {
        const patient = await cast.patient();
        const { recordId } = await cast.stored(patient, patient);
        return cast.request(cast.requestBy(cast.hospital, cast.stranger(), recordId));
      },
    },
  ),
];
