import { hasValue, isObject, objectsOf, type Json } from '../json.js';
import { R4_DEFINITION, SYSTEM } from '../systems.js';
import { at } from '../validate.js';
import type { Report } from './issue.js';
import { isDateTime } from './primitives.js';

/** What R4's profile of a vital sign asks for (https://hl7.org/fhir/R4/observation-vitalsigns.html). */
interface VitalSign {
  readonly profile: string;
  /** UCUM units of the value; undefined where the profile has none. */
  readonly units?: readonly string[];
  /** LOINC codes of the components that it has, in one of the units. */
  readonly components?: readonly string[];
}

const LENGTHS = ['cm', '[in_i]'];
/** By LOINC code. */
const VITAL_SIGNS: Readonly<Record<string, VitalSign>> = {
  '85353-1': { profile: 'vitalspanel' },
  '9279-1': { profile: 'resprate', units: ['/min'] },
  '8867-4': { profile: 'heartrate', units: ['/min'] },
  '2708-6': { profile: 'oxygensat', units: ['%'] },
  '8310-5': { profile: 'bodytemp', units: ['Cel', '[degF]'] },
  '8302-2': { profile: 'bodyheight', units: LENGTHS },
  '9843-4': { profile: 'headcircum', units: LENGTHS },
  '29463-7': { profile: 'bodyweight', units: ['g', 'kg', '[lb_av]'] },
  '39156-5': { profile: 'bmi', units: ['kg/m2'] },
  '85354-9': { profile: 'bp', units: ['mm[Hg]'], components: ['8480-6', '8462-4'] },
};
const CODE_OF_PROFILE = new Map(
  Object.entries(VITAL_SIGNS).map(([code, { profile }]) => [`${R4_DEFINITION}${profile}`, code]),
);
const GENERAL = `${R4_DEFINITION}vitalsigns`;

/** Profiles of an Observation that are checked here, by their URL. */
export const isVitalSignProfile = (url: string): boolean => url === GENERAL || CODE_OF_PROFILE.has(url);

const codesOf = (concept: unknown, system: string): string[] =>
  objectsOf(isObject(concept) ? concept['coding'] : undefined).flatMap((coding) =>
    coding['system'] === system && typeof coding['code'] === 'string' ? [coding['code']] : [],
  );

/**
 * Reports what an Observation has against R4's vital-signs profiles: those of its LOINC codes, which R4 demands of everybody,
 * and those that it claims.
 * @param claimed its `meta.profile`
 */
export function checkVitalSigns(
  observation: Json,
  { path, claimed }: { readonly path: string; readonly claimed: readonly string[] },
  report: Report,
): void {
  const codes = codesOf(observation['code'], SYSTEM.loinc);
  const broken = (element: string, message: string): void =>
    report({ code: 'invariant', path: at(path, element), rule: 'vitalsigns', message });
  for (const profile of claimed) {
    const code = CODE_OF_PROFILE.get(profile);
    if (code !== undefined && !codes.includes(code))
      broken('code', `${profile} asks for the LOINC code ${code}`);
  }
  const known = codes.filter((code) => Object.hasOwn(VITAL_SIGNS, code));
  if (known.length === 0 && !claimed.includes(GENERAL)) return;
  checkGeneral(observation, broken);
  for (const code of known) {
    const sign = VITAL_SIGNS[code];
    if (sign !== undefined) checkSign(observation, sign, broken);
  }
}

type Broken = (element: string, message: string) => void;

/** What every vital sign has to keep. */
function checkGeneral(observation: Json, broken: Broken): void {
  if (
    !objectsOf(observation['category']).some((one) =>
      codesOf(one, SYSTEM.observationCategory).includes('vital-signs'),
    )
  )
    broken('category', 'a vital sign has the category vital-signs');
  if (observation['subject'] === undefined) broken('subject', 'a vital sign is somebody’s');
  const { effectiveDateTime, effectivePeriod } = observation;
  if (
    effectiveDateTime === undefined &&
    effectivePeriod === undefined &&
    observation['_effectiveDateTime'] === undefined
  )
    broken('effectiveDateTime', 'a vital sign says when it was');
  const isToTheDay =
    typeof effectiveDateTime !== 'string' || !isDateTime(effectiveDateTime) || effectiveDateTime.length >= 10;
  if (!isToTheDay) broken('effectiveDateTime', 'a vital sign says at least the day (vs-1)');
  const hasParts = observation['component'] !== undefined || observation['hasMember'] !== undefined;
  if (!hasParts && !hasValue(observation) && observation['dataAbsentReason'] === undefined)
    broken('value', 'a value, or the reason why there is none (vs-2)');
  objectsOf(observation['component']).forEach((component, index) => {
    if (!hasValue(component) && component['dataAbsentReason'] === undefined)
      broken(`component[${index}]`, 'a value, or the reason why there is none (vs-3)');
  });
}

function checkSign(observation: Json, { units = [], components }: VitalSign, broken: Broken): void {
  if (components === undefined) {
    if (units.length > 0) checkValue(observation, 'value', units, broken);
    return;
  }
  const list = objectsOf(observation['component']);
  for (const code of components) {
    const index = list.findIndex((one) => codesOf(one['code'], SYSTEM.loinc).includes(code));
    const component = list[index];
    if (component === undefined) broken('component', `a component with the LOINC code ${code}`);
    else checkValue(component, `component[${index}].value`, units, broken);
  }
}

function checkValue(value: Json, element: string, units: readonly string[], broken: Broken): void {
  const { valueQuantity } = value;
  if (valueQuantity === undefined) {
    if (hasValue(value)) broken(element, 'a Quantity');
    return;
  }
  if (!isObject(valueQuantity)) return;
  const { value: number, unit, system, code } = valueQuantity;
  if (number === undefined || unit === undefined) broken(element, 'a Quantity with its value and unit');
  if (system !== SYSTEM.ucum || typeof code !== 'string' || !units.includes(code))
    broken(element, `in UCUM, one of ${units.join(', ')}`);
}
