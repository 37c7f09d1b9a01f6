import { NEWS2_PARAMETERS, type Evidence, type News2Parameter, type News2Score } from '@careledger/clinical';
import { alarmComponents, alarmNotes, type AlarmFacts } from './alarm.js';
import { RULES } from './alarm-rules.js';
import { collection, concept, instantOf, quantity, subjectOf, within } from './elements.js';
import { readingObservations, type DeviceReading } from './reading.js';
import type { Bundle, CodeableConcept, Observation, ObservationComponent } from './schema.js';
import { deviceResources, provenanceOf, type Source } from './source.js';
import { SYSTEM } from './systems.js';
import { uuidOf } from './uuid.js';

/** A reading on which the emergency rests, as the device that measured it sent it. */
export type DeviceEvidence = Evidence & DeviceReading;

export interface EmergencyContent extends Source, AlarmFacts {
  readonly episodeId: string;
  /** Rule times, milliseconds: first reading of the episode, reading that raised it, end (null while it lasts). */
  readonly start: number;
  readonly raisedAt: number;
  readonly end: number | null;
  readonly evidence: readonly DeviceEvidence[];
  readonly news2: News2Score | null;
}

/** SNOMED CT, UK edition: NEWS2 total score. */
const NEWS2_TOTAL = concept(
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

/**
 * The FHIR Bundle of an emergency: an Observation of the alarm (which rule, from when to when) derived from one
 * Observation per reading on which it rests, the NEWS2 score where that is the rule, the Devices, and a Provenance.
 * Ids follow from the episode, so that a later version of the record names the same resources.
 */
export function emergencyBundle(content: EmergencyContent): Bundle {
  const { patientId, episodeId, rule, start, raisedAt, end, news2 } = content;
  if (content.evidence.length === 0) throw new RangeError('an emergency rests on at least one reading');
  const { display, category, interpretation } = RULES[rule];
  const notes = alarmNotes(content);
  const subject = subjectOf(patientId);
  const readings = readingObservations(patientId, content.evidence);
  const derivedFrom = readings.map(({ id }) => within(id));
  const alarm: Observation = {
    resourceType: 'Observation',
    id: uuidOf(`Observation|${episodeId}|alarm`),
    identifier: [{ system: SYSTEM.episode, value: episodeId }],
    // A withdrawal is a note: the alarm was heard, and nothing was entered in error.
    status: end === null && content.isWithdrawn !== true ? 'preliminary' : 'final',
    category: [concept(SYSTEM.observationCategory, category)],
    code: concept(SYSTEM.rule, rule, display),
    subject,
    effectivePeriod:
      end === null ? { start: instantOf(start) } : { start: instantOf(start), end: instantOf(end) },
    issued: instantOf(content.recordedAtMs),
    valueCodeableConcept: interpretation,
    interpretation: [interpretation],
    ...(notes.length > 0 && { note: notes }),
    derivedFrom,
    component: alarmComponents(content),
  };
  const scores: Observation[] =
    news2 === null
      ? []
      : [
          {
            resourceType: 'Observation',
            id: uuidOf(`Observation|${episodeId}|news2`),
            status: 'final',
            category: [concept(SYSTEM.observationCategory, 'survey')],
            code: NEWS2_TOTAL,
            subject,
            effectiveDateTime: instantOf(raisedAt),
            valueQuantity: quantity(news2.total, SCORE_UNIT),
            interpretation: [interpretation],
            derivedFrom,
            component: scoreComponents(news2),
          },
        ];
  const observations = [alarm, ...scores, ...readings];
  const period = { start, end: Math.max(raisedAt, end ?? raisedAt) };
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
