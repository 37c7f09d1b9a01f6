import { eventually } from '../client/eventually.js';
import { awaitingAnswer } from './consent.js';
import { expectRefusal, hospitalOf, newestRecordOf, outsiderOf, short, type DemoContext } from './context.js';

const LABORATORY = { category: 'laboratory', resourceType: '*' };
const VITAL_SIGNS = { category: 'vital-signs', resourceType: '*' };

/** What a patient says between yes and no: a part of what was asked, and everything but one thing. */
export async function exceptions(context: DemoContext): Promise<void> {
  await approveInPart(context);
  await denyByException(context);
}

/** Whoever has no grant asks for much; the patient gives a part, and the ledger says that it was one. */
async function approveInPart(context: DemoContext): Promise<void> {
  const { narrator, people } = context;
  const [person] = people;
  const outsider = outsiderOf(context);
  if (person === undefined || outsider === undefined) return;
  const { api, passphrase, patientId } = person;
  const asked = await outsider.api.createSubscription({
    body: {
      ...{ patientId, permissions: ['read'], purposes: ['HPAYMT', 'HRESCH'] },
      ...{ scope: [LABORATORY, VITAL_SIGNS], reason: 'Reimbursement' },
    },
  });
  const { subscriptionId } = await outsider.api.finished(asked);
  const { asked: shown, reason } = await awaitingAnswer(person, subscriptionId);
  const categories = shown?.scope.flatMap((term) => ('category' in term ? term.category : []));
  narrator.say(
    `${short(patientId)}: ${outsider.name} asks to read ${categories?.join(' and ')}, ` +
      `for payment and research (“${reason}”); only the patient can read which and why`,
  );
  const path = { patientId, subscriptionId };
  await api.approvePatientSubscription({
    ...{ path, body: { passphrase, scope: [LABORATORY], purposes: ['HPAYMT'] } },
  });
  const status = await eventually('The answer reaching whoever asked', async () => {
    const subscription = await outsider.api.getSubscription({ path: { subscriptionId } });
    return subscription.status === 'pending' ? undefined : subscription.status;
  });
  if (status !== 'approved-in-part') throw new Error(`An answer in part stands on the ledger as ${status}.`);
  narrator.say(
    `${short(patientId)}: the patient allows laboratory for payment, no more; on the ledger the request is ${status}`,
  );
}

/** The hospital may read everything but what the patient excepts, until the patient takes the exception back. */
async function denyByException(context: DemoContext): Promise<void> {
  const { narrator, people } = context;
  // Not the last one: whoever tries out a demo that is kept finds all of hers.
  const person = people[1] ?? people[0];
  const hospital = hospitalOf(context);
  const record = person && (await newestRecordOf(hospital, person.patientId));
  if (person === undefined || record === undefined) return;
  const { api, passphrase, patientId } = person;
  const open = () => hospital.api.getRecord({ path: { recordId: record.recordId }, query: { patientId } });
  const denied = await api.createPatientDenial({
    path: { patientId },
    body: {
      ...{ passphrase },
      denial: { authorityId: hospital.authorityId, scope: [LABORATORY], purposes: ['TREAT'] },
    },
  });
  const { statementId } = await api.finished(denied);
  narrator.say(`${short(patientId)}: the hospital may read everything for treatment but laboratory results`);
  await expectRefusal(open(), 'ACCESS_DENIED');
  const { decisions } = await api.listPatientDecisions({
    path: { patientId },
    query: { decision: 'deny', recordId: record.recordId },
  });
  const access = decisions.at(-1)?.access;
  if (access?.reason !== 'DENIED_BY_RULE' || access.grantId !== statementId)
    throw new Error(`A denial by exception was decided as ${String(access?.reason)}.`);
  narrator.say(
    `${short(patientId)}: the hospital asked for a record with glucose in it: denied (${access.reason}), by version ` +
      `${access.policyVersion} of the patient’s rules, ${access.policyHash.slice(0, 10)}…`,
  );
  await api.finished(
    await api.revokePatientGrant({ path: { patientId, grantId: statementId }, body: { passphrase } }),
  );
  await open();
  narrator.say(`${short(patientId)}: the patient ended the exception; the hospital opened the record`);
}
