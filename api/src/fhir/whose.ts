import { ProblemError } from '@careledger/service-kit';
import { patientIn, patientOfId, pseudonymOf } from './parameters.js';
import { SEARCHED_BY } from './table.js';

type Reading = (value: string, name: string) => string | undefined;

/** By one step beyond the reference, which tells nothing: of a patient there is the pseudonym alone. */
const CHAINED: Readonly<Record<string, Reading>> = {
  identifier: pseudonymOf,
  _id: patientOfId,
};

/** Names of parameters by which a search of the type may say whose resources are meant. */
export const patientParametersOf = (resourceType: string): string[] =>
  (SEARCHED_BY[resourceType] ?? [])
    .flatMap(({ name }) =>
      name === 'patient' ? [name] : name === 'subject' ? [name, 'subject:Patient'] : [],
    )
    .flatMap((name) => [name, ...Object.keys(CHAINED).map((step) => `${name}.${step}`)]);

/**
 * Whose resources a search is for: one patient, who has to be named once.
 * @throws ProblemError VALIDATION_FAILED
 */
export function patientOf(
  resourceType: string,
  query: Readonly<Partial<Record<string, unknown>>>,
  base: string,
): string {
  const names = patientParametersOf(resourceType).filter((name) => query[name] !== undefined);
  const [name] = names;
  const value = name === undefined ? undefined : query[name];
  if (name === undefined || names.length > 1 || typeof value !== 'string')
    throw new ProblemError(
      'VALIDATION_FAILED',
      'patient: name one patient, once, e.g. patient=Patient/pat-…',
    );
  const [, step = ''] = name.split('.');
  const read = Object.hasOwn(CHAINED, step) ? CHAINED[step] : undefined;
  if (read === undefined) return patientIn(value, base);
  const patientId = read(value, name);
  if (patientId === undefined)
    throw new ProblemError('VALIDATION_FAILED', `${name}: name a patient of this server by the pseudonym`);
  return patientId;
}
