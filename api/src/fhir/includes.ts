import { patientResourceIdOf } from '@careledger/fhir';
import { ProblemError } from '@careledger/service-kit';
import type { LinkedQuery } from '../copies/copy-search.js';
import { isObject, type Json } from '../resources/json.js';
import { referenceParametersOf, referringTo } from '../resources/reference-parameters.js';
import { SEARCHED_BY } from './table.js';

/** What a search is to show beside what it finds (https://hl7.org/fhir/R4/search.html#include). */
export interface Included {
  readonly linked: LinkedQuery | undefined;
  /** Whether the Patient is shown of whom it tells. */
  readonly hasPatient: boolean;
}

/** Parameters of a type that lead to the patient by `subject`. */
const OF_SUBJECT = ['patient', 'subject'];
const ofSubject = (resourceType: string): string[] => {
  const isByBoth = (SEARCHED_BY[resourceType] ?? []).some(({ name }) => name === 'subject');
  return isByBoth ? OF_SUBJECT : [];
};

/** Values that `_include` has in a search of the type. */
export const includesOf = (resourceType: string): string[] =>
  [...ofSubject(resourceType), ...referenceParametersOf(resourceType).map(({ name }) => name)].map(
    (parameter) => `${resourceType}:${parameter}`,
  );

/** Values that `_revinclude` has. */
export const reverseIncludesOf = (resourceType: string): string[] =>
  referringTo(resourceType).map(([type, parameter]) => `${type}:${parameter}`);

/** @throws ProblemError VALIDATION_FAILED for what is not shown beside that type */
export function includedIn(
  resourceType: string,
  {
    _include,
    _revinclude,
  }: { readonly _include: readonly string[]; readonly _revinclude: readonly string[] },
): Included {
  assertKnown('_include', _include, includesOf(resourceType));
  assertKnown('_revinclude', _revinclude, reverseIncludesOf(resourceType));
  const parameters = _include.map((value) => value.slice(resourceType.length + 1));
  const includes = new Set(parameters.filter((parameter) => !OF_SUBJECT.includes(parameter)));
  const reverse = [...new Set(_revinclude)].map((value) => {
    const [type = '', parameter = ''] = value.split(':');
    return { resourceType: type, parameter };
  });
  const hasPatient = parameters.some((parameter) => OF_SUBJECT.includes(parameter));
  return { linked: includes.size + reverse.length > 0 ? { includes, reverse } : undefined, hasPatient };
}

function assertKnown(name: string, values: readonly string[], known: readonly string[]): void {
  if (values.every((value) => known.includes(value))) return;
  throw new ProblemError('VALIDATION_FAILED', `${name}: one of ${known.join(', ')}, or leave it out`);
}

/** Whether a resource, as it is served, names the patient as its subject. */
export const isSubject = ({ subject }: Json, patientId: string): boolean =>
  isObject(subject) && subject['reference'] === `Patient/${patientResourceIdOf(patientId)}`;
