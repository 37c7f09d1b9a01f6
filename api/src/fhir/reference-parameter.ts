import { readResourceId } from '@careledger/fhir';
import { ProblemError } from '@careledger/service-kit';
import { Value } from 'typebox/value';
import { entryTerm, referenceTerm } from '../copies/copy-terms.js';
import { referenceParametersOf } from '../resources/reference-parameters.js';
import { localReference } from './local-reference.js';
import { FhirId } from './parameters.js';

/** Where resources of a patient's are looked for. */
interface Place {
  readonly patientId: string;
  /** Address of this server, with FHIR's path. */
  readonly base: string;
}

/**
 * What ids name of a patient's, as copies are searched for it; an id that is well written and names nothing finds nothing.
 * @throws ProblemError VALIDATION_FAILED
 */
export const entriesIn = (parameter: string, { patientId }: Place): string[] =>
  parameter.split(',').flatMap((id) => entryOf('_id', id, patientId).map(entryTerm));

/**
 * What references of a parameter name, likewise: `Type/ID`, the same with this server's address, or the id alone.
 * @throws ProblemError VALIDATION_FAILED
 */
export function referencesIn(
  {
    resourceType,
    name,
    value,
  }: { readonly resourceType: string; readonly name: string; readonly value: string },
  { patientId, base }: Place,
): string[] {
  const targets = referenceParametersOf(resourceType).find((each) => each.name === name)?.targets ?? [];
  return value.split(',').flatMap((reference) => {
    const [first = '', second, ...more] = localReference(reference, base).split('/');
    if (more.length > 0 || (second !== undefined && !targets.includes(first)))
      throw new ProblemError('VALIDATION_FAILED', `${name}: TYPE/ID, TYPE one of ${targets.join(', ')}`);
    return entryOf(name, second ?? first, patientId).map((entry) => referenceTerm(name, entry));
  });
}

function entryOf(name: string, id: string, patientId: string) {
  if (!Value.Check(FhirId, id))
    throw new ProblemError(
      'VALIDATION_FAILED',
      `${name}: ids as they are read; several with commas: one of them`,
    );
  const ref = readResourceId(id);
  return ref?.entry === undefined || ref.patientId !== patientId
    ? []
    : [{ recordId: ref.recordId, entryHash: ref.entry }];
}
