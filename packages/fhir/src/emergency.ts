import { NEWS2_PARAMETERS, type Evidence, type News2Parameter, type News2Score } from '@careledger/clinical';
import { alarmComponents, alarmNotes, type AlarmFacts } from './alarm.js';
import { RULES, SURVEY, categoryOfAlarm } from './alarm-rules.js';
import { collection, concept, instantOf, quantity, subjectOf, within } from './elements.js';
import { observed, type DeviceReading, type ObservedReadings } from './reading.js';
import type { Bundle, CodeableConcept, Observation, ObservationComponent } from './schema.js';
import { deviceResources, provenanceOf, type Source } from './source.js';
import { SYSTEM } from './systems.js';
import { uuidOf } from './uuid.js';

/** A reading on which the emergency rests, as the device that measured it sent it. */
export type DeviceEvidence = Evidence & DeviceReading;

/** An alarm with the readings on which it rests. */
export interface EmergencyAlarm extends AlarmFacts {
  readonly episodeId: string;
  /** Rule times, milliseconds: first reading of the episode, reading that raised it, end (null while it lasts). */
  readonly start: number;
  readonly raisedAt: number;
  readonly end: number | null;
  readonly evidence: readonly DeviceEvidence[];
  readonly news2: News2Score | null;
}

/** The alarm whose episode names the record, and those that have one cause with it. */
export interface EmergencyContent extends Source, EmergencyAlarm {
  readonly others?: readonly EmergencyAlarm[] | undefined;
}

/** SNOMED CT, UK edition: NEWS2 total score. */
export const NEWS2_TOTAL = concept(
  SYSTEM.snomed,
  '1104051000000101',
  'Royal College of Physicians NEWS2 (National Early Warning Score 2) total score',
);
const SCORE_UNIT = '{score}';

/** SNOMED CT, UK edition: the score of each parameter. */
const PARAMETER_SCORE: Readonly<Record<News2Parameter, CodeableConcept>> = {
  respirationRate: concept(SYSTEM.snomed, '1104301000000104', 'NEWS2 respiration rate score'),
  spo2: concept(SYSTEM.snomed, '1104311000000102', 'NEWS2 oxygen saturation scale 1 score'),
  oxygen: concept(SYSTEM.snomed, '1104331000000105', 'NEWS2 air or oxygen score'),
  systolic: concept(SYSTEM.snomed, '1104341000000101', 'NEWS2 systolic blood pressure score'),
  pulse: concept(SYSTEM.snomed, '1104351000000103', 'NEWS2 pulse score'),
  consciousness: concept(SYSTEM.snomed, '1104361000000100', 'NEWS2 consciousness score'),
  temperature: concept(SYSTEM.snomed, '1104371000000107', 'NEWS2 temperature score'),
};
const SPO2_SCALE_2_SCORE = concept(
  SYSTEM.snomed,
  '1104321000000108',
  'NEWS2 oxygen saturation scale 2 score',
);

/** Of whatever parameter, by either scale. */
export const NEWS2_SCORES: readonly CodeableConcept[] = [
  ...Object.values(PARAMETER_SCORE),
  SPO2_SCALE_2_SCORE,
];

/** A parameter that was not measured at that time is said to be absent, never assumed to be normal. */
function scoreComponents(score: News2Score): ObservationComponent[] {
  return NEWS2_PARAMETERS.map((parameter) => {
    const code =
      parameter === 'spo2' && score.spo2Scale === 2 ? SPO2_SCALE_2_SCORE : PARAMETER_SCORE[parameter];
    const value = score.scores[parameter];
    return value === undefined
      ? { code, dataAbsentReason: concept(SYSTEM.dataAbsentReason, 'not-performed', 'Not Performed') }
      : { code, valueQuantity: quantity(value, SCORE_UNIT) };
  });
}

const PRIORITIES = ['high', 'medium', 'low'];

/** The most serious first, and what was taken back last: the first one's priority is the notice's. */
const bySeriousness = (a: EmergencyAlarm, b: EmergencyAlarm): number =>
  Number(a.isWithdrawn === true) - Number(b.isWithdrawn === true) ||
  PRIORITIES.indexOf(a.priority) - PRIORITIES.indexOf(b.priority) ||
  (a.episodeId < b.episodeId ? -1 : 1);

/** Each reading once, however many alarms rest on it. */
const evidenceOf = (alarms: readonly EmergencyAlarm[]): DeviceEvidence[] => [
  ...new Map(alarms.flatMap(({ evidence }) => evidence).map((entry) => [entry.rowId, entry])).values(),
];

/** What every Observation of an alarm needs of the record around it. */
interface AlarmSetting {
  readonly content: EmergencyContent;
  readonly readings: readonly ObservedReadings<DeviceEvidence>[];
}

/** The Observations that an alarm rests on; none where they were erased since. */
function basisOf({ evidence }: EmergencyAlarm, { readings }: AlarmSetting): Pick<Observation, 'derivedFrom'> {
  const rows = new Set(evidence.map(({ rowId }) => rowId));
  const derivedFrom = readings
    .filter((each) => each.readings.some(({ rowId }) => rows.has(rowId)))
    .map(({ observation }) => within(observation.id));
  return derivedFrom.length === 0 ? {} : { derivedFrom };
}

function alarmObservation(alarm: EmergencyAlarm, setting: AlarmSetting): Observation {
  const { patientId, recordedAtMs } = setting.content;
  const { episodeId, rule, start, end } = alarm;
  const { display, interpretation } = RULES[rule];
  const notes = alarmNotes(alarm);
  return {
    resourceType: 'Observation',
    id: uuidOf(`Observation|${episodeId}|alarm`),
    identifier: [{ system: SYSTEM.episode, value: episodeId }],
    // A withdrawal is a note: the alarm was heard, and nothing was entered in error.
    status: end === null && alarm.isWithdrawn !== true ? 'preliminary' : 'final',
    category: [concept(SYSTEM.observationCategory, categoryOfAlarm(rule))],
    code: concept(SYSTEM.rule, rule, display),
    subject: subjectOf(patientId),
    effectivePeriod:
      end === null ? { start: instantOf(start) } : { start: instantOf(start), end: instantOf(end) },
    issued: instantOf(recordedAtMs),
    valueCodeableConcept: interpretation,
    interpretation: [interpretation],
    ...(notes.length > 0 && { note: notes }),
    ...basisOf(alarm, setting),
    component: alarmComponents(alarm),
  };
}

function scoreObservations(alarm: EmergencyAlarm, setting: AlarmSetting): Observation[] {
  const { episodeId, rule, raisedAt, news2 } = alarm;
  if (news2 === null) return [];
  const { interpretation } = RULES[rule];
  return [
    {
      resourceType: 'Observation',
      id: uuidOf(`Observation|${episodeId}|news2`),
      status: 'final',
      category: [concept(SYSTEM.observationCategory, SURVEY)],
      code: NEWS2_TOTAL,
      subject: subjectOf(setting.content.patientId),
      effectiveDateTime: instantOf(raisedAt),
      valueQuantity: quantity(news2.total, SCORE_UNIT),
      interpretation: [interpretation],
      ...basisOf(alarm, setting),
      component: scoreComponents(news2),
    },
  ];
}

/**
 * The FHIR Bundle of an emergency: an Observation of each alarm (which rule, from when to when), the most serious first,
 * derived from one Observation per reading on which it rests, the NEWS2 score where that is the rule, the Devices, and a
 * Provenance. Ids follow from the episodes, so that a later version of the record names the same resources.
 */
export function emergencyBundle(content: EmergencyContent): Bundle {
  const { patientId, episodeId, others = [] } = content;
  const alarms: readonly EmergencyAlarm[] = [content, ...others].sort(bySeriousness);
  const evidence = evidenceOf(alarms);
  if (evidence.length === 0) throw new RangeError('an emergency rests on at least one reading');
  const readings = observed(patientId, evidence);
  const setting: AlarmSetting = { content, readings };
  const observations = [
    ...alarms.map((alarm) => alarmObservation(alarm, setting)),
    ...alarms.flatMap((alarm) => scoreObservations(alarm, setting)),
    ...readings.map(({ observation }) => observation),
  ];
  const period = {
    start: Math.min(...alarms.map(({ start }) => start)),
    end: Math.max(...alarms.map(({ raisedAt, end }) => Math.max(raisedAt, end ?? raisedAt))),
  };
  return collection({ system: SYSTEM.episode, value: episodeId }, content.recordedAtMs, [
    ...observations,
    ...deviceResources(content.devices),
    provenanceOf(
      episodeId,
      content,
      observations.map(({ id }) => id),
      period,
    ),
  ]);
}
