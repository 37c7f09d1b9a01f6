import { ANY, type ScopeTerm } from '@careledger/domain';
import { list } from './words.js';

/** Code systems by the names that people know. */
const SYSTEM_NAMES: Readonly<Record<string, string>> = {
  'http://loinc.org': 'LOINC',
  'http://snomed.info/sct': 'SNOMED CT',
  'http://hl7.org/fhir/sid/icd-10': 'ICD-10',
  'http://hl7.org/fhir/sid/icd-10-cm': 'ICD-10-CM',
};

/** HL7 v3-Confidentiality, and of v3-ActCode what is asked for most, in plain words. */
const LABEL_WORDS: Readonly<Record<string, string>> = {
  U: 'unrestricted',
  L: 'low',
  M: 'moderate',
  N: 'normal',
  R: 'restricted',
  V: 'very restricted',
  ETHUD: 'alcohol',
  HIV: 'HIV and AIDS',
  OPIOIDUD: 'opioids',
  PSY: 'mental health',
  SDV: 'abuse and violence',
  SEX: 'sexuality and reproduction',
  SICKLE: 'sickle cell disease',
  STD: 'sexually transmitted disease',
  SUD: 'use of substances',
};

/** Records by the terms of a scope, of which any counts; none stands for all. */
export const recordsWords = (scope: readonly ScopeTerm[]): string =>
  scope.length === 0
    ? 'ALL my records, whatever they say'
    : `my records ${list(scope.map(scopeWords), 'or')}, and no others`;

/** Whether the single measured values are among the records; without a word they are not. */
export const detailWords = (detail: true | undefined): string =>
  detail === true ? ' (with the single measured values)' : '';

/** What a term of a scope stands for, to be read after “my records” and after “my records that hold anything”. */
export function scopeWords(term: ScopeTerm): string {
  if ('category' in term) {
    const type = term.resourceType === ANY ? 'any kind' : term.resourceType;
    return term.category === ANY ? `of every category (${type})` : `of category ${term.category} (${type})`;
  }
  if ('label' in term) {
    const words = Object.hasOwn(LABEL_WORDS, term.label) ? ` (${LABEL_WORDS[term.label]})` : '';
    return `labelled ${term.label}${words}`;
  }
  if ('code' in term) {
    const system = Object.hasOwn(SYSTEM_NAMES, term.system) ? SYSTEM_NAMES[term.system] : term.system;
    return `with the code ${term.code} of ${system}`;
  }
  if ('author' in term)
    return term.practitionerId === undefined
      ? `written by ${term.author}`
      : `written by practitioner ${term.practitionerId} of ${term.author}`;
  if ('encounter' in term) return `of the visit ${term.encounter}`;
  return `with the ID ${term.recordId}`;
}
