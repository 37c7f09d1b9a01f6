import { Gateway } from '@careledger/client';
import { someAtOnce } from '../client/some-at-once.js';
import { replay, type ReplayCounts, type ReplayOptions } from '../replay/replay.js';
import {
  expectRefusal,
  hospitalOf,
  newestRecordOf,
  outsiderOf,
  short,
  writerOf,
  type DemoContext,
} from './context.js';
import { copyFor, subscribe } from './consent.js';
import { labReport } from './lab-report.js';

/** Before the first scenario: the hospital is subscribed to everybody, one authority may write for the first patient. */
export async function arrangeConsent(context: DemoContext): Promise<void> {
  const { clinician, narrator, people } = context;
  const [first] = people;
  const hospital = hospitalOf(context);
  const writer = writerOf(context);
  await someAtOnce(people, (person) =>
    subscribe(hospital.api, hospital.authorityId, person, {
      permissions: person === first && writer.name === hospital.name ? ['read', 'write'] : ['read'],
      purposes: ['TREAT', 'ETREAT'],
      reason: 'Care at home',
      ...(clinician && { copy: copyFor(clinician) }),
    }),
  );
  const copying = clinician ? ` and to let ${clinician.unit} keep a copy` : '';
  narrator.say(
    `hospital asked ${people.length} patients to subscribe${copying}; each approved with its own consent key`,
  );
  if (first === undefined || writer.name === hospital.name) return;
  await subscribe(writer.api, writer.authorityId, first, {
    permissions: ['read', 'write'],
    purposes: ['TREAT'],
    reason: 'Laboratory results',
  });
  narrator.say(`${writer.name} was granted to read and write for one patient; the insurer has no grant`);
}

export interface CollectOptions extends Pick<ReplayOptions, 'pace'> {
  /** Called at each answer; what it started is waited for at the end. */
  readonly onAnswer?: (counts: ReplayCounts, answerMs: number) => Promise<void>;
}

/** Scenario 1: devices → private chain → records on both ledgers, emergencies at once. */
export async function collect(
  { narrator, people }: DemoContext,
  { onAnswer, pace }: CollectOptions = {},
): Promise<ReplayCounts> {
  const total = people.reduce((sum, person) => sum + person.rows.length, 0);
  const disturbances: Promise<void>[] = [];
  const counts = await replay(
    people.map(({ device, rows }) => ({ device, rows })),
    {
      ...(pace && { pace }),
      onAnswer: (soFar, answerMs) => {
        narrator.progress(() => `${soFar.stored} of ${total} frames acknowledged`);
        if (onAnswer) disturbances.push(onAnswer(soFar, answerMs));
      },
    },
  );
  await Promise.all(disturbances);
  narrator.say(
    `${counts.stored} frames signed by devices, verified, chained and on disk; ${counts.rejected} rejected`,
  );
  return counts;
}

/** Closes the open windows and waits until every record has arrived on both ledgers. */
export async function drain({ careledger, narrator }: DemoContext): Promise<void> {
  const { tokens, url } = careledger.gateway;
  const ops = new Gateway({ url, token: tokens.ops });
  const flushed = await ops.flush({ headers: { prefer: 'respond-async' } });
  await ops.finished(flushed, ({ done, total }) => {
    if (done !== null && total !== null)
      narrator.progress(() => `everything of ${done} of ${total} patients is on both ledgers`);
  });
}

/** Scenario 2: who is allowed reads, through any provider; who is not is refused, and both are written down. */
export async function share(context: DemoContext): Promise<void> {
  const { narrator, people } = context;
  const hospital = hospitalOf(context);
  const outsider = outsiderOf(context);
  for (const { patientId } of people) {
    const record = await newestRecordOf(hospital, patientId);
    if (record === undefined) continue;
    const { recordId } = record;
    const asked = { path: { recordId }, query: { patientId } };
    const { entry } = await hospital.api.getRecord(asked);
    narrator.say(
      `${short(patientId)}: hospital opened a ${record.kind} record kept by ${record.providerId} (${entry.length} FHIR entries)`,
    );
    if (outsider === undefined) continue;
    await expectRefusal(outsider.api.getRecord(asked), 'ACCESS_DENIED');
    narrator.say(`${short(patientId)}: ${outsider.name} asked for the same record and was denied`);
  }
  const [first] = people;
  if (first === undefined) return;
  const writer = writerOf(context);
  const { patientId } = first;
  const report = { patientId, bundle: labReport(patientId, new Date().toISOString()) };
  const { recordId } = await writer.api.finished(await writer.api.createRecord({ body: report }));
  await writer.api.getRecord({ path: { recordId }, query: { patientId } });
  narrator.say(`${short(patientId)}: ${writer.name} wrote a clinical record and read it back`);
  if (outsider === undefined) return;
  await expectRefusal(outsider.api.createRecord({ body: report }));
  narrator.say(`${short(patientId)}: ${outsider.name} tried to write without being granted to: refused`);
}

/** Scenario 3: a visit with the patient's check-in code, and its related entry on `cloud`. */
export async function visit(context: DemoContext): Promise<void> {
  const { narrator, people } = context;
  const [first] = people;
  if (first === undefined) return;
  const { api, passphrase, patientId } = first;
  const hospital = hospitalOf(context);
  const { statement: checkIn } = await api.checkInPatient({
    path: { patientId },
    body: { authorityId: hospital.authorityId, passphrase },
  });
  const at = new Date().toISOString();
  const data = { reason: 'check-up after an alarm', findings: 'well' };
  const visited = await hospital.api.createVisit({ body: { patientId, at, data, checkIn } });
  const { confirmed, relayedBy } = await hospital.api.finished(visited);
  if (!confirmed) throw new Error('A visit with the patient’s check-in code was not confirmed.');
  narrator.say(
    `${short(patientId)}: visit with the patient’s check-in code: confirmed; related on cloud through ${String(relayedBy)}`,
  );
}
