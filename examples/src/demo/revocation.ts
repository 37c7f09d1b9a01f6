import { eventually } from '../client/eventually.js';
import type { ReceivedNotice } from '../client/notice-inbox.js';
import {
  expectRefusal,
  followHospital,
  hospitalOf,
  newestRecordOf,
  outsiderOf,
  short,
  writerOf,
  type AuthorityClient,
  type DemoContext,
} from './context.js';
import { revokeAll, signedRevocation } from './consent.js';
import { labReport } from './lab-report.js';
import type { Person } from './people.js';
import { expectSearchRefused, type Session } from './signed-in.js';

export interface Revoked {
  /** Who has revoked everything. */
  readonly people: readonly Person[];
  /** From the revocation on both ledgers until a search found nothing more. */
  readonly searchRefusedMs: number | undefined;
}

/**
 * The patients' last word: revocations by two ways, and what is left to whom they concern.
 * @param notices what the hospital has heard so far
 * @param session of somebody who found something of the first patient's before
 */
export async function revoke(
  context: DemoContext,
  notices: readonly ReceivedNotice[],
  session?: Session,
): Promise<Revoked> {
  const { narrator, people } = context;
  const [first, ...others] = people;
  if (first === undefined) return { people: [], searchRefusedMs: undefined };
  const second =
    others.find((person) => notices.some((notice) => isEmergencyOf(person, notice))) ?? others[0];
  const { patientId } = first;
  const hospital = hospitalOf(context);
  // Revoked, the hospital is not even told what there is.
  const firstRecord = await newestRecordOf(hospital, patientId);
  const secondRecord = second && (await newestRecordOf(hospital, second.patientId));
  const statement = await signedRevocation(first);
  const relayedBy = async ({ api }: AuthorityClient) =>
    api.finished(await api.createRevocation({ body: { statement } }));
  const { cloud } = await relayedBy(hospital);
  const revokedAtMs = performance.now();
  narrator.say(
    `${short(patientId)}: signed a revocation of everything and handed it to the hospital, past the gateway: it is on both ledgers`,
  );
  const searchRefusedMs = session && (await expectSearchRefused(context, session, revokedAtMs));
  const outsider = outsiderOf(context);
  if (outsider !== undefined) {
    const again = await relayedBy(outsider);
    if (again.cloud !== cloud) throw new Error('A revocation that was relayed twice counted twice.');
    narrator.say(
      `${short(patientId)}: ${outsider.name} relayed the same once more; it counts once, and nobody can hold it back`,
    );
  }
  await expectNothingLeft(context, first, firstRecord?.recordId);
  if (second !== undefined && secondRecord !== undefined) {
    await revokeAll(second);
    await expectRefusal(openRecord(hospital, second, secondRecord.recordId), 'ACCESS_DENIED');
    narrator.say(
      `${short(second.patientId)}: revoked everything through the gateway; the hospital’s next request was denied`,
    );
    await expectWithheld(context, second);
  }
  await tellAccesses(context, first);
  return { people: second === undefined ? [first] : [first, second], searchRefusedMs };
}

/** What the ledger shows the patient: who asked, who read, and what came of it. */
async function tellAccesses({ narrator }: DemoContext, { api, patientId }: Person): Promise<void> {
  const times = new Map<string, number>();
  let cursor: string | null | undefined;
  do {
    const query = cursor ? { cursor } : {};
    const page = await api.listPatientAccesses({ path: { patientId }, query });
    for (const { basis, requester, decision, reason } of page.accesses) {
      const did = basis === 'notice' ? 'read an emergency notice' : 'asked for a record';
      const line = `${requester} ${did}: ${decision} (${reason})`;
      times.set(line, (times.get(line) ?? 0) + 1);
    }
    cursor = page.next;
  } while (cursor);
  for (const [line, count] of times)
    narrator.say(`${short(patientId)}: the ledger says ${line}${count === 1 ? '' : `, ${count} times`}`);
}

/** A revoked authority asks for a record, reads old emergencies once more, and writes: none of it succeeds. */
async function expectNothingLeft(
  context: DemoContext,
  person: Person,
  recordId: string | undefined,
): Promise<void> {
  const { narrator } = context;
  const { patientId } = person;
  const hospital = hospitalOf(context);
  const writer = writerOf(context);
  if (recordId !== undefined) {
    await expectRefusal(openRecord(hospital, person, recordId), 'ACCESS_DENIED');
    narrator.say(`${short(patientId)}: revoked, the hospital asked for a record once more: denied`);
  }
  const report = { patientId, bundle: labReport(patientId, new Date().toISOString()) };
  await expectRefusal(writer.api.createRecord({ body: report }));
  narrator.say(`${short(patientId)}: revoked, ${writer.name} tried to write: refused`);
  await expectWithheld(context, person);
}

/** Old emergencies, read again from the stream of notices after a revocation. */
async function expectWithheld(context: DemoContext, person: Person): Promise<void> {
  const past = await emergenciesNow(context, person);
  if (past.some(({ data }) => 'bundle' in data))
    throw new Error('A revoked authority read an emergency of before the revocation.');
  if (past.length > 0)
    context.narrator.say(
      `${short(person.patientId)}: revoked, the hospital read its old emergency notices again (${past.length}): withheld`,
    );
}

const openRecord = ({ api }: AuthorityClient, { patientId }: Person, recordId: string): Promise<unknown> =>
  api.getRecord({ path: { recordId }, query: { patientId } });

/** What the hospital's stream of notices, read from its beginning, tells of a patient's emergencies after a revocation. */
async function emergenciesNow(context: DemoContext, person: Person): Promise<readonly ReceivedNotice[]> {
  await using stream = await followHospital(context, 0);
  // The revocation is the last that the hospital has heard of: by then everything of before was told.
  await eventually('The hospital’s notice of the revocation', async () =>
    stream.received.find(
      ({ data, type }) =>
        type === 'policy' && data['patientId'] === person.patientId && data['active'] === false,
    ),
  );
  return stream.received.filter((notice) => isEmergencyOf(person, notice));
}

const isEmergencyOf = ({ patientId }: Person, { data, type }: ReceivedNotice): boolean =>
  type === 'emergency' && data['patientId'] === patientId;
