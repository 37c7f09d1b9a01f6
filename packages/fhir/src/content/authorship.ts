import { FhirError } from '../errors.js';
import type { Json } from '../json.js';
import { SYSTEM } from '../systems.js';
import type { RecordAbout } from './about.js';
import { authoritiesOf, type Reference } from './reference.js';
import type { BundleResources } from './bundle-resources.js';

/** Resources that describe an organisation, a place or a product: what they name made it, not what is recorded. */
const DIRECTORY: ReadonlySet<string> = new Set([
  'Device',
  'HealthcareService',
  'Location',
  'Medication',
  'Organization',
  'Practitioner',
  'PractitionerRole',
  'Substance',
]);
/** Elements of any resource that name who is told, asked to pay or takes over, or who numbered something. */
const ADDRESSEES: ReadonlySet<string> = new Set([
  'assigner',
  'destination',
  'insurer',
  'origin',
  'payor',
  'receiver',
  'recipient',
]);
/** Elements that name who is asked to do something, or who had asked. */
const ASKED: Readonly<Record<string, readonly string[]>> = {
  CarePlan: ['performer'],
  ClaimResponse: ['requestor'],
  CoverageEligibilityResponse: ['requestor'],
  DeviceRequest: ['performer'],
  ExplanationOfBenefit: ['provider'],
  MedicationRequest: ['performer'],
  ServiceRequest: ['performer'],
  Task: ['owner'],
};
/** Elements that say who wrote or vouches; R4 lets a patient stand in them. */
const WRITTEN_BY: Readonly<Record<string, readonly string[]>> = {
  Composition: ['author', 'party'],
  DocumentManifest: ['author'],
  DocumentReference: ['author', 'authenticator'],
  Provenance: ['who', 'onBehalfOf'],
};

/** Whether an element names who is asked, not who did. */
export const isAsked = (type: string, element: string): boolean => hasElement(ASKED, type, element);

const hasElement = (table: Readonly<Record<string, readonly string[]>>, type: string, element: string) =>
  Object.hasOwn(table, type) && (table[type]?.includes(element) ?? false);

/**
 * Refuses a reference by which a record says that somebody wrote or did what only its author vouches for: another
 * authority anywhere but among those told or asked, the patient as the writer of an authority's documents.
 * `type` is the resource in which the reference stands, `element` the last name of its path.
 * @throws FhirError AUTHOR_MISMATCH
 */
export function checkClaim(
  reference: Reference,
  { type, element }: { readonly type: string; readonly element: string },
  { author, patientId }: RecordAbout,
  resources: BundleResources,
): void {
  const { path, types } = reference;
  if (author !== patientId && types.includes('Patient') && hasElement(WRITTEN_BY, type, element)) {
    throw new FhirError('AUTHOR_MISMATCH', path, `the patient did not write what ${author} signed`);
  }
  if (DIRECTORY.has(type) || ADDRESSEES.has(element) || isAsked(type, element)) return;
  const other = authoritiesOf(reference, resources).find((authority) => authority !== author);
  if (other !== undefined) {
    throw new FhirError('AUTHOR_MISMATCH', path, `${other} did not sign this, ${author} did`);
  }
}

/** Identifiers by which the records of one kind of author are known. */
const OF_GATEWAYS: ReadonlySet<unknown> = new Set([SYSTEM.episode, SYSTEM.window, SYSTEM.windowDetail]);
const OF_AUTHORITIES: ReadonlySet<unknown> = new Set([
  SYSTEM.authority,
  SYSTEM.document,
  SYSTEM.practitioner,
]);

/**
 * Refuses an identifier of this system that does not fit the record: of another patient, or of what another kind of
 * author makes. `isOwn` says that it is the identifier of a resource of the record, not of something referred to.
 * @throws FhirError SUBJECT_MISMATCH, AUTHOR_MISMATCH, KIND_MISMATCH
 */
export function checkIdentifier(
  { system, value }: Json,
  path: string,
  isOwn: boolean,
  { author, patientId }: RecordAbout,
): void {
  const belongsTo = (owner: string) => typeof value === 'string' && value.startsWith(`${owner}/`);
  if (system === SYSTEM.patient && value !== patientId) {
    throw new FhirError('SUBJECT_MISMATCH', path, 'names another patient');
  }
  if (OF_GATEWAYS.has(system) && !belongsTo(patientId)) {
    throw new FhirError('SUBJECT_MISMATCH', path, 'is of another patient');
  }
  if (author === patientId) {
    if (OF_AUTHORITIES.has(system)) {
      throw new FhirError('AUTHOR_MISMATCH', path, 'a gateway vouches for no authority');
    }
    return;
  }
  if (system === SYSTEM.gateway) {
    throw new FhirError('AUTHOR_MISMATCH', path, `no gateway made what ${author} signed`);
  }
  if (isOwn && OF_GATEWAYS.has(system)) {
    throw new FhirError('KIND_MISMATCH', path, 'only gateways make these');
  }
  if (isOwn && system === SYSTEM.document && !belongsTo(author)) {
    throw new FhirError('AUTHOR_MISMATCH', path, 'is a document of another author');
  }
}
