import {
  flush,
  haveOneCause,
  initialState,
  isInterstitial,
  processReadings,
  type ClinicalEvent,
  type ClinicalReading,
} from '@careledger/clinical';
import { patientIdOf } from '@careledger/domain';
import { sha256 } from '@careledger/crypto';
import type { Recording, RecordingRow } from '../recording/recording.js';

const HOUR_MS = 60 * 60_000;
const HOURS_OF_DAY = 24;

/** What the rules make of a recording, were it live. */
export interface Flood {
  readonly patients: number;
  /** Hours with a reading, as days. */
  readonly patientDays: number;
  /** Alarms raised, by rule. */
  readonly alarms: Readonly<Record<string, number>>;
  /** What somebody is told at once of alarms with one cause: that they are, are more serious, or over. Not that a device is silent. */
  readonly notices: number;
  readonly alarmsPerPatientDay: number;
  readonly noticesPerPatientDay: number;
}

/** Nobody's: rules name a patient in the ids of episodes. */
const PATIENT_ID = patientIdOf(new Uint8Array(32), sha256);
const DEVICE_ID = 'recorded';

type EpisodeEvent = Exclude<ClinicalEvent, { kind: 'window-due' }>;
type Started = Extract<ClinicalEvent, { kind: 'episode-started' }>;

/** What came of one frame. */
type FrameEvents = readonly EpisodeEvent[];

const TOLD: ReadonlySet<ClinicalEvent['kind']> = new Set([
  'episode-started',
  'episode-escalated',
  'episode-ended',
]);

/** Counts the alarms and notices of a recording, each row a frame of one device that arrives as it is measured. */
export function countFlood({ codes, subjects }: Recording): Flood {
  const kind = codes.some(isInterstitial) ? 'cgm' : 'monitor';
  const perPerson = [...subjects.values()].map((rows) => alarmsOf(rows, kind));
  const events = perPerson.flat(2);
  const hours = [...subjects.values()].map(
    (rows) => new Set(rows.map(({ timeMs }) => Math.floor(timeMs / HOUR_MS))).size,
  );
  const patientDays = hours.reduce((sum, count) => sum + count, 0) / HOURS_OF_DAY;
  const alarms: Record<string, number> = {};
  for (const event of events)
    if (event.kind === 'episode-started') alarms[event.rule] = (alarms[event.rule] ?? 0) + 1;
  const raised = Object.values(alarms).reduce((sum, count) => sum + count, 0);
  const notices = perPerson.reduce((sum, frames) => sum + noticesOf(frames), 0);
  return {
    ...{ patients: subjects.size, patientDays, alarms, notices },
    alarmsPerPatientDay: raised / patientDays,
    noticesPerPatientDay: notices / patientDays,
  };
}

/** How often one person's recipients are told: of each frame once for all alarms with one cause. */
function noticesOf(frames: readonly FrameEvents[]): number {
  const leads = new Map<string, Started>();
  let notices = 0;
  for (const events of frames) {
    const told = new Set<Started | undefined>();
    for (const event of events) {
      if (event.kind === 'episode-started' && !leads.has(event.episodeId))
        leads.set(event.episodeId, [...leads.values()].find((lead) => haveOneCause(lead, event)) ?? event);
      if (TOLD.has(event.kind)) told.add(leads.get(event.episodeId));
    }
    notices += told.size;
  }
  return notices;
}

/** Everything that is said of one person's alarms, frame by frame, the silence of devices aside. */
function alarmsOf(rows: readonly RecordingRow[], kind: 'cgm' | 'monitor'): FrameEvents[] {
  let state = initialState(PATIENT_ID, { devices: { [DEVICE_ID]: { kind } } });
  let rowId = 0;
  const events: (readonly ClinicalEvent[])[] = [];
  for (const { timeMs, readings } of rows) {
    const frame = readings.map(({ code, value, comparator }): ClinicalReading => ({
      ...{ rowId: rowId++, deviceId: DEVICE_ID, t: timeMs, receivedAt: timeMs, code, value },
      ...(comparator !== undefined && { comparator }),
    }));
    const result = processReadings(state, frame);
    ({ state } = result);
    events.push(result.events);
  }
  events.push(flush(state).events);
  return events.map((ofFrame) =>
    ofFrame.filter((event): event is EpisodeEvent => event.kind !== 'window-due' && event.rule !== 'silence'),
  );
}
