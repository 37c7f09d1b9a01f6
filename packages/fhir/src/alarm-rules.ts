import type { RuleName } from '@careledger/clinical';
import { concept } from './elements.js';
import type { CodeableConcept } from './schema.js';
import { SYSTEM } from './systems.js';

/** How a rule's alarm is said in FHIR. */
interface AlarmWords {
  readonly display: string;
  /** observation-category. */
  readonly category: string;
  readonly interpretation: CodeableConcept;
}

/** v3-ObservationInterpretation. */
const CRITICALLY_LOW = concept(SYSTEM.interpretation, 'LL', 'Critical low');
const CRITICALLY_HIGH = concept(SYSTEM.interpretation, 'HH', 'Critical high');
const CRITICAL = concept(SYSTEM.interpretation, 'AA', 'Critical abnormal');
const ABNORMAL = concept(SYSTEM.interpretation, 'A', 'Abnormal');
const HIGH = concept(SYSTEM.interpretation, 'H', 'High');

export const RULES: Readonly<Record<RuleName, AlarmWords>> = {
  'glucose-very-low': {
    display: 'Glucose below the very-low threshold',
    category: 'laboratory',
    interpretation: CRITICALLY_LOW,
  },
  'glucose-very-high': {
    display: 'Glucose above the very-high threshold for the set duration',
    category: 'laboratory',
    interpretation: CRITICALLY_HIGH,
  },
  news2: {
    display: 'National Early Warning Score 2 at the trigger of an emergency or urgent response',
    category: 'survey',
    interpretation: CRITICAL,
  },
  'check-heart-rate': {
    display:
      'Check the patient: heart rate of 0 just after a plausible one, and no pulse from another source',
    category: 'vital-signs',
    interpretation: CRITICALLY_LOW,
  },
  'check-respiration': {
    display: 'Check the patient: respiratory rate of 0 twice, while the heart beats',
    category: 'vital-signs',
    interpretation: CRITICALLY_LOW,
  },
  'monitor-zeros': {
    display: 'The monitor measures nothing: every value has been 0 for a minute',
    category: 'vital-signs',
    interpretation: ABNORMAL,
  },
  'blood-pressure-high': {
    display: 'Blood pressure in the range of a hypertensive crisis',
    category: 'vital-signs',
    interpretation: CRITICALLY_HIGH,
  },
  'blood-pressure-low': {
    display: 'Systolic blood pressure in the range of shock',
    category: 'vital-signs',
    interpretation: CRITICALLY_LOW,
  },
  fever: { display: 'Fever', category: 'vital-signs', interpretation: HIGH },
  silence: {
    display: 'No reading from the device for its limit',
    category: 'survey',
    interpretation: ABNORMAL,
  },
  'wrong-clock': {
    display: 'The clock of the device is wrong: its readings are put where they belong',
    category: 'survey',
    interpretation: ABNORMAL,
  },
  'device-flood': {
    display: 'The device brings about more records than it may in an hour: those beyond are made later',
    category: 'survey',
    interpretation: ABNORMAL,
  },
};
