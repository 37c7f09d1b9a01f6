import type { RuleName } from '@careledger/clinical';
import { concept } from './elements.js';
import type { CodeableConcept, Observation } from './schema.js';
import { SYSTEM } from './systems.js';

/** How a rule's alarm is said in FHIR. */
interface AlarmWords {
  readonly display: string;
  /** observation-category as which it is granted: that of what it is drawn from, or of a score. */
  readonly category: string;
  readonly interpretation: CodeableConcept;
}

const VITAL_SIGNS = 'vital-signs';
/** Of a score, and of whatever is drawn from vital signs. */
export const SURVEY = 'survey';

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
    category: SURVEY,
    interpretation: CRITICAL,
  },
  'check-heart-rate': {
    display:
      'Check the patient: heart rate of 0 just after a plausible one, and no pulse from another source',
    category: VITAL_SIGNS,
    interpretation: CRITICALLY_LOW,
  },
  'check-respiration': {
    display: 'Check the patient: respiratory rate of 0 twice, while the heart beats',
    category: VITAL_SIGNS,
    interpretation: CRITICALLY_LOW,
  },
  'monitor-zeros': {
    display: 'The monitor measures nothing: every value has been 0 for a minute',
    category: VITAL_SIGNS,
    interpretation: ABNORMAL,
  },
  'blood-pressure-high': {
    display: 'Blood pressure in the range of a hypertensive crisis',
    category: VITAL_SIGNS,
    interpretation: CRITICALLY_HIGH,
  },
  'blood-pressure-low': {
    display: 'Systolic blood pressure in the range of shock',
    category: VITAL_SIGNS,
    interpretation: CRITICALLY_LOW,
  },
  fever: { display: 'Fever', category: VITAL_SIGNS, interpretation: HIGH },
  silence: {
    display: 'No reading from the device for its limit',
    category: SURVEY,
    interpretation: ABNORMAL,
  },
  'wrong-clock': {
    display: 'The clock of the device is wrong: its readings are put where they belong',
    category: SURVEY,
    interpretation: ABNORMAL,
  },
  'device-flood': {
    display: 'The device brings about more records than it may in an hour: those beyond are made later',
    category: SURVEY,
    interpretation: ABNORMAL,
  },
};

/** observation-category that its Observation has: R4's profiles of `vital-signs` are for what is measured, not for what is drawn from it. */
export const categoryOfAlarm = (rule: RuleName): string =>
  RULES[rule].category === VITAL_SIGNS ? SURVEY : RULES[rule].category;

/** Categories as which an Observation is granted, sorted: its own, but those of an alarm are its rule's. */
export function grantedCategories({ category, code }: Pick<Observation, 'category' | 'code'>): string[] {
  const rule = code.coding.find(({ system }) => system === SYSTEM.rule)?.code;
  if (rule !== undefined && Object.hasOwn(RULES, rule)) return [RULES[rule as RuleName].category];
  return [...new Set(categoriesOf({ category }))].sort();
}

const categoriesOf = ({ category }: Pick<Observation, 'category'>): string[] =>
  category.flatMap(({ coding }) => coding.map((each) => each.code));
