import { ProblemError } from '@careledger/service-kit';
import { identifierIn, patientIn, patientOfId, pseudonymOf, type NamedIdentifier } from './parameters.js';
import { SEARCHED_BY } from './table.js';

/** Who has a number of this authority’s; undefined where nobody has it of whom the caller may know. */
export type FindHolder = (identifier: NamedIdentifier) => string | undefined;

interface Reading {
  /** Address of this server, with FHIR's path. */
  readonly base: string;
  readonly holderOf: FindHolder;
}

/** By one step beyond the reference. */
const CHAINED: Readonly<
  Record<string, (value: string, name: string, reading: Reading) => string | undefined>
> = { identifier: holderOfIdentifier, _id: patientWithId };

/** Names of parameters by which a search of the type may say whose resources are meant. */
export const patientParametersOf = (resourceType: string): string[] =>
  (SEARCHED_BY[resourceType] ?? [])
    .flatMap(({ name }) =>
      name === 'patient' ? [name] : name === 'subject' ? [name, 'subject:Patient'] : [],
    )
    .flatMap((name) => [name, ...Object.keys(CHAINED).map((step) => `${name}.${step}`)]);

/**
 * Whose resources a search is for: one patient, who has to be named once; undefined where nobody has the number that is named.
 * @throws ProblemError VALIDATION_FAILED
 */
export function patientOf(
  resourceType: string,
  query: Readonly<Partial<Record<string, unknown>>>,
  reading: Reading,
): string | undefined {
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
  return read === undefined ? patientIn(value, reading.base) : read(value, name, reading);
}

/** A number alone may be several patients’, whatever is kept at present. */
function holderOfIdentifier(value: string, name: string, { holderOf }: Reading): string | undefined {
  const identifier = identifierIn(value, name);
  const pseudonym = pseudonymOf(identifier);
  if (pseudonym !== undefined) return pseudonym;
  if (identifier.system !== undefined) return holderOf(identifier);
  throw new ProblemError(
    'VALIDATION_FAILED',
    `${name}: name the pseudonym, or a number with its system: SYSTEM|NUMBER`,
  );
}

function patientWithId(value: string, name: string): string {
  const patientId = patientOfId(value);
  if (patientId !== undefined) return patientId;
  throw new ProblemError('VALIDATION_FAILED', `${name}: name a patient of this server by the pseudonym`);
}
