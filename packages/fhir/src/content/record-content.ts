import { FhirError } from '../errors.js';
import { isObject, parseFhirJson, type Json } from '../json.js';
import { at, checkBundle, checkOwnBundle, type FhirResource } from '../validate.js';
import { checkAbout, type RecordAbout } from './about.js';
import { checkClaim, checkIdentifier } from './authorship.js';
import { checkGatewayMade } from './gateway-made.js';
import { BundleResources, type LocatedResource } from './bundle-resources.js';
import { checkPatient, checkPatientReference } from './pseudonym.js';
import { RECORD_TYPES, isAboutPatient } from './record-types.js';
import { isReference, readReference } from './reference.js';

/**
 * The content of a record, read by whoever writes or opens one: strict JSON, a FHIR R4 Bundle, about this patient and
 * nobody else, claiming no other author, of the form of its kind. The rules are in spec/content.md.
 * @param content JSON of the bundle, as bytes of UTF-8 or as text
 * @throws FhirError NOT_JSON, JSON_DUPLICATE_KEY, TOO_LARGE and as {@link checkRecordContent}
 */
export function readRecordContent(content: Uint8Array | string, about: RecordAbout): FhirResource {
  return checkRecordContent(parseFhirJson(content), about);
}

/**
 * {@link readRecordContent} of JSON that was parsed strictly before, as the body of a request.
 * @throws FhirError any code but those of the text
 */
export function checkRecordContent(value: unknown, about: RecordAbout): FhirResource {
  const bundle = checkBundle(value);
  checkAbout(about);
  checkWrapping(bundle);
  const resources = new BundleResources(bundle);
  const check = { about, resources };
  checkBundleElements(bundle, check);
  for (const located of resources.all) {
    if (located.resource.resourceType === 'Patient')
      checkPatient(located.resource, located.path, about.patientId);
    checkMembers(located.resource, located.path, OF_RESOURCE, { ...check, located, isOwn: true });
    checkSubject(located, check);
  }
  if (!resources.all.some(({ resource }) => isAboutPatient(resource.resourceType))) {
    throw new FhirError('SUBJECT_MISSING', 'entry', 'nothing in the bundle is about the patient');
  }
  if (about.kind !== 'clinical') checkGatewayMade(checkOwnBundle(value), about.kind);
  return bundle;
}

interface Check {
  readonly about: RecordAbout;
  readonly resources: BundleResources;
}

/** Elements of a Bundle and of its entries by which it would be an instruction or an answer (R4 bdl-1 to bdl-4). */
const BUNDLE_INSTRUCTIONS = ['total'];
const ENTRY_INSTRUCTIONS = ['request', 'response', 'search'];

/** A record is a collection, or a document that begins with its Composition (R4 bdl-9 to bdl-11). */
function checkWrapping(bundle: FhirResource): void {
  const { type, entry, identifier, timestamp } = bundle;
  if (type !== 'collection' && type !== 'document') {
    throw new FhirError('BUNDLE_TYPE_REFUSED', 'type', 'a record is a collection or a document');
  }
  refuseMembers(bundle, BUNDLE_INSTRUCTIONS, '');
  const entries = Array.isArray(entry) ? (entry as Json[]) : [];
  entries.forEach((item, index) => refuseMembers(item, ENTRY_INSTRUCTIONS, `entry[${index}]`));
  if (type === 'collection') return;
  const first = entries[0]?.['resource'];
  if (!isObject(first) || first['resourceType'] !== 'Composition') {
    throw new FhirError('INVALID_FHIR', 'entry', 'a document begins with its Composition (bdl-11)');
  }
  if (!isObject(identifier)) throw new FhirError('INVALID_FHIR', 'identifier', 'a document has one (bdl-9)');
  if (typeof timestamp !== 'string')
    throw new FhirError('INVALID_FHIR', 'timestamp', 'a document has one (bdl-10)');
}

function refuseMembers(value: Json, names: readonly string[], path: string): void {
  const found = names.find((name) => value[name] !== undefined);
  if (found === undefined) return;
  throw new FhirError('BUNDLE_TYPE_REFUSED', at(path, found), 'no part of a collection or document');
}

/** Members that hold resources: those are checked by themselves. */
const OF_RESOURCE = ['contained'];
const OF_BUNDLE = ['entry'];
const OF_ENTRY = ['resource'];
/** Elements whose `url` is a name, or where the bundle was found; any other is where an attachment lies. */
const URL_IS_NO_CONTENT: ReadonlySet<string> = new Set(['extension', 'link']);

/** What a bundle says beside its resources, in itself and in its entries. */
function checkBundleElements(bundle: FhirResource, check: Check): void {
  const context = { ...check, located: { resource: bundle, path: '', contained: new Map() } };
  checkMembers(bundle, '', OF_BUNDLE, { ...context, isOwn: true });
  const entries = Array.isArray(bundle['entry']) ? (bundle['entry'] as Json[]) : [];
  entries.forEach((entry, index) =>
    checkMembers(entry, `entry[${index}]`, OF_ENTRY, { ...context, isOwn: false }),
  );
}

interface ElementContext extends Check {
  /** The resource in which the element stands. */
  readonly located: LocatedResource;
  /** Whether an identifier here is the resource's own. */
  readonly isOwn: boolean;
}

function checkMembers(value: Json, path: string, skipped: readonly string[], context: ElementContext): void {
  for (const [name, item] of Object.entries(value)) {
    if (!skipped.includes(name)) checkMember(name, item, at(path, name), context);
  }
}

function checkMember(name: string, value: unknown, path: string, context: ElementContext): void {
  if (name === 'modifierExtension' || name === 'implicitRules') {
    throw new FhirError(
      'MODIFIER_UNKNOWN',
      path,
      'would change what the resource says, and nobody here knows how',
    );
  }
  if (Array.isArray(value)) {
    value.forEach((item, index) => checkElement(name, item, `${path}[${index}]`, context));
  } else checkElement(name, value, path, context);
}

function checkElement(name: string, value: unknown, path: string, context: ElementContext): void {
  if (!isObject(value)) return;
  const { about, resources, located, isOwn } = context;
  if (value['resourceType'] !== undefined) {
    throw new FhirError('INVALID_FHIR', path, 'a resource stands in an entry or in `contained`');
  }
  if (typeof value['system'] === 'string') {
    checkIdentifier(value, path, isOwn && name === 'identifier', about);
  }
  if (isReference(value)) checkReference(name, value, path, context);
  else if (name === 'focus') throw new FhirError('SUBJECT_MISMATCH', path, 'does not say what it is about');
  const { url } = value;
  if (
    typeof url === 'string' &&
    !URL_IS_NO_CONTENT.has(name) &&
    resources.resolve(url, located) === undefined
  ) {
    throw new FhirError('REFERENCE_OUTSIDE', at(path, 'url'), 'leads to nothing in the record');
  }
  checkMembers(value, path, [], isOwn ? { ...context, isOwn: false } : context);
}

/** Types of somebody; in R4 a `focus` is what something is about when it is not about its subject. */
const SOMEBODY: ReadonlySet<string> = new Set([
  'Group',
  'Person',
  'Practitioner',
  'PractitionerRole',
  'RelatedPerson',
]);

function checkReference(
  name: string,
  value: Json,
  path: string,
  { about, resources, located }: ElementContext,
): void {
  const reference = readReference(value, path, located, resources);
  const { types } = reference;
  if (types.includes('Patient')) checkPatientReference(reference, about.patientId);
  if (name === 'focus' && (types.length === 0 || types.some((type) => SOMEBODY.has(type)))) {
    throw new FhirError('SUBJECT_MISMATCH', path, 'is about somebody else, or does not say what it is about');
  }
  checkClaim(reference, { type: located.resource.resourceType, element: name }, about, resources);
}

/** Whoever is named has been checked; here it has to be a patient, where the type has one. */
function checkSubject(located: LocatedResource, { resources }: Check): void {
  const { resource, path } = located;
  const { subject, isOptional } = RECORD_TYPES.get(resource.resourceType) ?? {};
  if (subject === undefined) return;
  const value = resource[subject];
  const subjectPath = at(path, subject);
  if (value === undefined) {
    if (isOptional === true) return;
    throw new FhirError(
      'SUBJECT_MISSING',
      subjectPath,
      `${resource.resourceType} does not say whom it is about`,
    );
  }
  for (const item of [value].flat()) {
    const names =
      isObject(item) && isReference(item) ? readReference(item, subjectPath, located, resources).types : [];
    if (!names.includes('Patient')) {
      throw new FhirError('SUBJECT_MISMATCH', subjectPath, 'is not about the patient');
    }
  }
}
