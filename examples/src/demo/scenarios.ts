import type { Careledger } from '@careledger/supervisor';
import { Type } from 'typebox';
import { Door, DoorError } from '../client/door.js';
import { NoticeStream } from '../client/notice-stream.js';
import { replay, type ReplayCounts, type ReplayOptions } from '../replay/replay.js';
import { revokeAll, subscribe } from './consent.js';
import { labReport } from './lab-report.js';
import type { Narrator } from './narrator.js';
import type { Person } from './people.js';

const Anything = Type.Unknown();
const RecordList = Type.Object({
  records: Type.Array(
    Type.Object({
      recordId: Type.String(),
      kind: Type.String(),
      providerId: Type.String(),
      version: Type.Integer(),
    }),
  ),
});
const Written = Type.Object({ recordId: Type.String(), stage: Type.String() });
const Bundle = Type.Object({ resourceType: Type.Literal('Bundle'), entry: Type.Array(Type.Unknown()) });
/** Longest wait of one flush; it is repeated until everything has arrived. */
const FLUSH_WAIT_MS = 20_000;

/** Who takes part in the scenarios. */
export interface Cast {
  readonly careledger: Careledger;
  readonly people: readonly Person[];
  readonly narrator: Narrator;
}

/** An authority as its practitioners reach it. */
interface AuthorityDoor {
  readonly name: string;
  readonly authorityId: string;
  readonly door: Door;
}

function authorityNamed({ careledger }: Cast, name: string): AuthorityDoor | undefined {
  const service = careledger.authorities[name];
  return (
    service && {
      name,
      authorityId: service.authorityId,
      door: new Door(service.url, service.tokens.practitioner),
    }
  );
}

/** Who reads: every network has a hospital. */
function hospitalOf(cast: Cast): AuthorityDoor {
  const hospital = authorityNamed(cast, 'hospital');
  if (hospital === undefined) throw new RangeError('There is no hospital.');
  return hospital;
}

/** Who writes clinical records: the lab, where the network has one. */
const writerOf = (cast: Cast): AuthorityDoor => authorityNamed(cast, 'lab') ?? hospitalOf(cast);

/** Before the first scenario: the hospital is subscribed to everybody, one authority may write for the first patient. */
export async function arrangeConsent(cast: Cast): Promise<void> {
  const { narrator, people } = cast;
  const [first] = people;
  const hospital = hospitalOf(cast);
  const writer = writerOf(cast);
  await Promise.all(
    people.map((person) =>
      subscribe(hospital.door, hospital.authorityId, person, {
        permissions: person === first && writer.name === hospital.name ? ['read', 'write'] : ['read'],
        purposes: ['TREAT', 'ETREAT'],
        reason: 'Care at home',
      }),
    ),
  );
  narrator.say(
    `hospital asked ${people.length} patients to subscribe; each approved with its own consent key`,
  );
  if (first === undefined || writer.name === hospital.name) return;
  await subscribe(writer.door, writer.authorityId, first, {
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
  { narrator, people }: Cast,
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
export async function drain({ careledger, narrator }: Cast): Promise<void> {
  const ops = new Door(careledger.gateway.url, careledger.gateway.tokens.ops);
  const Outcome = Type.Object({
    isDrained: Type.Boolean(),
    patients: Type.Array(Type.Object({ due: Type.Integer(), open: Type.Integer() })),
  });
  for (;;) {
    const { isDrained, patients } = await ops.call('POST', `/v1/flush?timeoutMs=${FLUSH_WAIT_MS}`, Outcome);
    if (isDrained) return;
    const left = patients.reduce((sum, { due, open }) => sum + due + open, 0);
    narrator.say(`${left} records are still on their way`);
  }
}

/** Scenario 2: who is allowed reads, through any provider; who is not is refused, and both are written down. */
export async function share(cast: Cast): Promise<void> {
  const { narrator, people } = cast;
  const hospital = hospitalOf(cast);
  const outsider = authorityNamed(cast, 'insurer');
  for (const { patientId } of people) {
    const { records } = await hospital.door.call(
      'GET',
      `/v1/records?patientId=${patientId}&limit=1`,
      RecordList,
    );
    const [record] = records;
    if (record === undefined) continue;
    const path = `/v1/records/${record.recordId}?patientId=${patientId}`;
    const { entry } = await hospital.door.call('GET', path, Bundle);
    narrator.say(
      `${short(patientId)}: hospital opened a ${record.kind} record kept by ${record.providerId} (${entry.length} FHIR entries)`,
    );
    if (outsider === undefined) continue;
    await expectRefusal(outsider.door.call('GET', path, Anything), 'ACCESS_DENIED');
    narrator.say(`${short(patientId)}: ${outsider.name} asked for the same record and was denied`);
  }
  const [first] = people;
  if (first === undefined) return;
  const writer = writerOf(cast);
  const report = { patientId: first.patientId, bundle: labReport(first.patientId, new Date().toISOString()) };
  const { recordId } = await writer.door.call('POST', '/v1/records', Written, report);
  await writer.door.call('GET', `/v1/records/${recordId}?patientId=${first.patientId}`, Bundle);
  narrator.say(`${short(first.patientId)}: ${writer.name} wrote a clinical record and read it back`);
  if (outsider === undefined) return;
  await expectRefusal(outsider.door.call('POST', '/v1/records', Written, report));
  narrator.say(
    `${short(first.patientId)}: ${outsider.name} tried to write without being granted to: refused`,
  );
}

/** Scenario 3: a visit with the patient's check-in code, and its related entry on `cloud`; then the patient revokes. */
export async function visit(cast: Cast): Promise<void> {
  const { narrator, people } = cast;
  const [first] = people;
  if (first === undefined) return;
  const { door, passphrase, patientId } = first;
  const hospital = hospitalOf(cast);
  const { statement: checkIn } = await door.call(
    'POST',
    `/v1/patients/${patientId}/check-in`,
    Type.Object({ statement: Type.String() }),
    { authorityId: hospital.authorityId, passphrase },
  );
  const at = new Date().toISOString();
  const Visit = Type.Object({ visitId: Type.String(), confirmed: Type.Boolean(), relayedBy: Type.Unknown() });
  const data = { reason: 'check-up after an alarm', findings: 'well' };
  const confirmed = await hospital.door.call('POST', '/v1/visits', Visit, { patientId, at, data, checkIn });
  narrator.say(
    `${short(patientId)}: visit with the patient’s check-in code: ${confirmed.confirmed ? 'confirmed' : 'UNCONFIRMED'}; related on cloud through ${String(confirmed.relayedBy)}`,
  );
  const { records } = await hospital.door.call(
    'GET',
    `/v1/records?patientId=${patientId}&limit=1`,
    RecordList,
  );
  await revokeAll(first);
  const [record] = records;
  if (record !== undefined)
    await expectRefusal(
      hospital.door.call('GET', `/v1/records/${record.recordId}?patientId=${patientId}`, Anything),
      'ACCESS_DENIED',
    );
  narrator.say(`${short(patientId)}: revoked everything; the hospital’s next request was denied`);
  const Accesses = Type.Object({
    accesses: Type.Array(
      Type.Object({ requester: Type.String(), decision: Type.String(), reason: Type.String() }),
    ),
  });
  const { accesses } = await door.call('GET', `/v1/patients/${patientId}/accesses`, Accesses);
  for (const { requester, decision, reason } of accesses)
    narrator.say(`${short(patientId)}: the ledger says ${requester} asked: ${decision} (${reason})`);
}

/** Follows the hospital's notices from now on. */
export function followHospital({ careledger }: Cast): Promise<NoticeStream> {
  const hospital = careledger.authorities['hospital'];
  if (hospital === undefined) throw new RangeError('There is no hospital.');
  return NoticeStream.open(hospital.url, hospital.tokens.practitioner);
}

/** A refusal that is expected; anything else is a failure of the demo. */
async function expectRefusal(call: Promise<unknown>, code?: string): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (error instanceof DoorError && error.status === 403 && (code === undefined || error.code === code))
      return;
    throw error;
  }
  throw new Error(`A request that must be refused${code === undefined ? '' : ` with ${code}`} was not.`);
}

const short = (patientId: string): string => `${patientId.slice(0, 10)}…`;
