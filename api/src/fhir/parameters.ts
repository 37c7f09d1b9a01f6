import { SYSTEM, readPatientResourceId } from '@careledger/fhir';
import { PatientId } from '@careledger/domain';
import { ProblemError } from '@careledger/service-kit';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { localReference } from './local-reference.js';

const PAGE_DEFAULT = 50;
const PAGE_MAX = 100;
const CURSOR_MAX_CHARS = 2_048;

/** https://hl7.org/fhir/R4/datatypes.html#id */
export const FhirId = Type.String({ pattern: '^[A-Za-z0-9.-]{1,64}$' });

/** Of a Patient; clients that were launched for one have the pseudonym. */
export const PatientResourceId = Type.Union([FhirId, PatientId]);

/** Query of every route; what else a route knows it adds. */
export const FORMAT = { _format: Type.Optional(Type.String()) };

/** Query of every search. */
export const PAGE = {
  _count: Type.Integer({ minimum: 1, maximum: PAGE_MAX, default: PAGE_DEFAULT }),
  _cursor: Type.Optional(Type.String({ minLength: 1, maxLength: CURSOR_MAX_CHARS })),
};

/** Of a parameter of type date. */
export const DATE_MAX_CHARS = 64;
const DATES_MAX = 8;
const DateValue = Type.String({ minLength: 1, maxLength: DATE_MAX_CHARS });
/** A parameter of type date, which has to hold each time that it comes. */
export const DATES = Type.Optional(Type.Union([DateValue, Type.Array(DateValue, { maxItems: DATES_MAX })]));

/** The pseudonym that a Patient's id is, also as it stands in launches and everywhere outside of FHIR: `pat_…`. */
export const patientOfId = (id: string): string | undefined =>
  readPatientResourceId(id) ?? (Value.Check(PatientId, id) ? id : undefined);

/**
 * Whom a reference names: `Patient/ID`, the same with this server's address, or the id or pseudonym alone; undefined for what is
 * none of these.
 */
export const patientOfReference = (reference: string, base: string): string | undefined =>
  patientOfId(localReference(reference, base).replace(/^Patient\//, ''));

/**
 * Whom a search parameter of type reference names.
 * @throws ProblemError VALIDATION_FAILED: one that is not understood would leave everything in, or everything out
 */
export function patientIn(parameter: string, base: string): string {
  const patientId = patientOfReference(parameter, base);
  if (patientId !== undefined) return patientId;
  throw new ProblemError('VALIDATION_FAILED', 'patient: name one patient of this server, e.g. Patient/pat-…');
}

/** An identifier of a patient, as a search names it. */
export interface NamedIdentifier {
  /** Undefined: whichever it is; empty: none. */
  readonly system: string | undefined;
  readonly value: string;
}

/**
 * The identifier that a token is (https://hl7.org/fhir/R4/search.html#token).
 * @throws ProblemError VALIDATION_FAILED where no value is named, or several
 */
export function identifierIn(token: string, name = 'identifier'): NamedIdentifier {
  const [first = '', second, ...more] = token.split('|');
  const value = second ?? first;
  if (value === '' || more.length > 0 || token.includes(','))
    throw new ProblemError(
      'VALIDATION_FAILED',
      `${name}: name one, as ${SYSTEM.patient}|pat_… or SYSTEM|NUMBER`,
    );
  return { system: second === undefined ? undefined : first, value };
}

/** The pseudonym that an identifier is, with its system or without one; undefined for anything else. */
export function pseudonymOf({ system, value }: NamedIdentifier): string | undefined {
  const isOurs = system === undefined || system === SYSTEM.patient;
  return isOurs && Value.Check(PatientId, value) ? value : undefined;
}
