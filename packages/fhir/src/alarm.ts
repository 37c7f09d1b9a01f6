import type { AlarmPriority, AlarmType, EpisodeEndReason, RuleName } from '@careledger/clinical';
import { concept } from './elements.js';
import type { CodeableConcept, Observation, ObservationComponent } from './schema.js';
import { SYSTEM } from './systems.js';

/** What an alarm says of itself. */
export interface AlarmFacts {
  readonly rule: RuleName;
  readonly type: AlarmType;
  readonly priority: AlarmPriority;
  /** Only doubtful readings speak for it. */
  readonly isUnconfirmed: boolean;
  /** It was news no more when it was raised. */
  readonly isLate: boolean;
  /** What more there is to say: `spec/clinical.md` lists the words. */
  readonly marks: readonly string[];
  readonly endReason: EpisodeEndReason | null;
  /** With late readings in order the rule is not met: an annotation. */
  readonly isWithdrawn?: boolean | undefined;
}

/** What marks mean in words; those of NEWS2's parameters and bands are in its components. */
const WORDS: Readonly<Record<string, string>> = {
  LO: 'The instrument showed LO: below what it measures',
  HI: 'The instrument showed HI: above what it measures',
  bound: 'The value is a bound on the far side of the threshold',
  'lo-or-mmol': 'LO, or mmol/L: the number is too small for mg/dL',
  'clock-ahead': 'Measured by a clock that is ahead',
  'fast-fall': 'It fell faster than glucose does: the sensor may have been lain upon',
  'first-day': 'The sensor is in its first 24 h',
  'only-refused': 'Frames of the device came and were refused',
  'only-implausible': 'The device sent values that cannot be',
};

const word = (code: string): CodeableConcept => concept(SYSTEM.alarm, code);

const component = (code: string, value: string): ObservationComponent => ({
  code: word(code),
  valueCodeableConcept: word(value),
});

/** IEC 60601-1-8's type and priority, whether it is confirmed and whether it is news, each as a component. */
export function alarmComponents(facts: AlarmFacts): ObservationComponent[] {
  return [
    component('type', facts.type),
    component('priority', facts.priority),
    component('confirmation', facts.isUnconfirmed ? 'unconfirmed' : 'confirmed'),
    component('timeliness', facts.isLate ? 'late' : 'live'),
    ...facts.marks.map((mark) => component('mark', mark)),
    ...(facts.endReason === null ? [] : [component('end', facts.endReason)]),
  ];
}

/** The same for people, as far as it needs words. */
export function alarmNotes({
  isUnconfirmed,
  isLate,
  marks,
  isWithdrawn,
}: AlarmFacts): NonNullable<Observation['note']> {
  const texts = [
    ...(isUnconfirmed ? ['Unconfirmed: only doubtful readings speak for it'] : []),
    ...marks.flatMap((mark) => WORDS[mark] ?? []),
    ...(isLate ? ['Late: raised more than 15 min after it was measured'] : []),
    ...(isWithdrawn === true ? ['With readings that came later in order the rule is not met'] : []),
  ];
  return texts.map((text) => ({ text }));
}
