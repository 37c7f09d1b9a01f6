import {
  TestDelegate,
  newSigner,
  publicKeyOf,
  type TestPatient,
} from '@careledger/chaincode-runtime/testing';
import { randomId128 } from '@careledger/crypto';
import { NO_EFFECT, THROUGH } from '../attempt.js';
import { appointed } from './delegates.js';
import { kind, type LedgerKind } from './ledger-attempt.js';
import { LABORATORY, VITAL, type LedgerFixture } from './ledger-fixture.js';

const nowMs = (fixture: LedgerFixture): number => Date.parse(fixture.time());
const grant = (fixture: LedgerFixture, item: string): Promise<string> =>
  fixture.send('patients client', 'Grant', { items: [item] });
const revoke = (fixture: LedgerFixture, item: string): Promise<string> =>
  fixture.send('lab client', 'Revoke', { items: [item] });
const delegate = (fixture: LedgerFixture, statement: string): Promise<string> =>
  fixture.send('patients client', 'Delegate', { statement });

/** Those whom patients let decide for them, and what they would decide besides. */
export const delegations: readonly LedgerKind[] = [
  kind({
    id: 'delegate-exceeds',
    role: 'delegate',
    what: 'grants more than it was given',
    answer: 'DELEGATION_EXCEEDED',
    tries: {
      'another right': async (fixture) => {
        const carer = await appointed(fixture, await fixture.patient(), { permissions: ['read'] });
        return grant(fixture, carer.grant(fixture.hospital.id, nowMs(fixture), { permissions: ['write'] }));
      },
      'other records': async (fixture) => {
        const carer = await appointed(fixture, await fixture.patient(), { scopeTags: [VITAL] });
        const more = { scopeTags: [VITAL, LABORATORY] };
        return grant(fixture, carer.grant(fixture.hospital.id, nowMs(fixture), more));
      },
      'longer than it may itself': async (fixture) => {
        const carer = await appointed(fixture, await fixture.patient());
        const longer = { until: fixture.time(8 * 86_400) };
        return grant(fixture, carer.grant(fixture.hospital.id, nowMs(fixture), longer));
      },
      'by appointing another one': async (fixture) => {
        const carer = await appointed(fixture, await fixture.patient());
        return delegate(fixture, new TestDelegate(carer.patient, carer).appointment(nowMs(fixture)));
      },
    },
  }),
  kind({
    id: 'delegate-undoes',
    role: 'delegate',
    what: 'ends what the patient has granted or denied',
    answer: 'DELEGATION_EXCEEDED',
    tries: {
      'a grant': async (fixture) => {
        const patient = await fixture.patient();
        const carer = await appointed(fixture, patient);
        return revoke(fixture, carer.revoke(await fixture.granted(patient, fixture.hospital)));
      },
      'a denial': async (fixture) => {
        const patient = await fixture.patient();
        const carer = await appointed(fixture, patient);
        const denial = await fixture.granted(patient, fixture.hospital, { effect: 'deny' });
        return revoke(fixture, carer.revoke(denial));
      },
    },
  }),
  kind({
    id: 'delegate-takes-over',
    role: 'delegate',
    what: 'signs what only the patient signs',
    answer: 'STATEMENT_KEY_UNKNOWN',
    tries: {
      'another consent key': async (fixture) => {
        const { patient, signer } = await appointed(fixture, await fixture.patient());
        const next = newSigner();
        const body = {
          use: 'consent' as const,
          newKey: publicKeyOf(next),
          newKeyProof: patient.proofOf(next),
        };
        const statement = patient.sign('rotatePatientKey', body, signer);
        return fixture.send('lab client', 'RotatePatientKey', { statement });
      },
      'a revocation of everything': async (fixture) => {
        const { patient, signer } = await appointed(fixture, await fixture.patient());
        return revoke(fixture, patient.sign('revokeAll', { policySeq: 9 }, signer));
      },
    },
  }),
  kind({
    id: 'delegate-outlives',
    role: 'delegate',
    what: 'goes on after the patient has ended its delegation',
    answer: 'DELEGATION_ENDED',
    tries: {
      'with a grant of before': async (fixture) => {
        const carer = await appointed(fixture, await fixture.patient());
        const held = carer.grant(fixture.hospital.id, nowMs(fixture));
        await fixture.must('lab client', 'EndDelegation', { statement: carer.ended() }, 'cloud');
        return grant(fixture, held);
      },
      'under a revocation of everything': async (fixture) => {
        const patient = await fixture.patient();
        const carer = await appointed(fixture, patient);
        await fixture.must('lab client', 'Revoke', { items: [patient.revokeAll()] });
        return grant(fixture, carer.grant(fixture.hospital.id, nowMs(fixture)));
      },
      'with an appointment that was held back': async (fixture) => {
        const carer = new TestDelegate(await fixture.patient());
        const held = carer.appointment(nowMs(fixture));
        await fixture.must('lab client', 'EndDelegation', { statement: carer.ended() }, 'cloud');
        return delegate(fixture, held);
      },
    },
  }),
  kind({
    id: 'delegate-outruns',
    role: 'delegate',
    what: 'uses up what the patient’s denial needs, which it has seen on the other channel',
    answer: NO_EFFECT,
    tries: {
      'its id': (fixture) =>
        outrun(fixture, async (carer, sid) => {
          await grant(fixture, carer.grant(fixture.hospital.id, nowMs(fixture), {}, { sid }));
        }),
      'its id, for a revocation': (fixture) =>
        outrun(fixture, async (carer, sid) => {
          await revoke(fixture, carer.revoke(sid));
        }),
      'its number': (fixture) =>
        outrun(fixture, async (carer) => {
          const policySeq = carer.patient.policySeq + 1;
          await grant(fixture, carer.grant(fixture.hospital.id, nowMs(fixture), { policySeq }));
        }),
    },
  }),
];

/** Whether the patient’s denial counts, whatever the delegate has done before it came. */
async function outrun(
  fixture: LedgerFixture,
  act: (carer: TestDelegate, sid: string) => Promise<void>,
): Promise<string> {
  const patient: TestPatient = await fixture.patient();
  const carer = await appointed(fixture, patient);
  const sid = randomId128();
  await act(carer, sid);
  const denial = patient.grant(fixture.hospital.id, { effect: 'deny' }, { sid });
  return (await revoke(fixture, denial)) === THROUGH ? NO_EFFECT : THROUGH;
}
