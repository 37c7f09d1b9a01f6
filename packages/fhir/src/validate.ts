import { MAX_JSON_DEPTH } from '@careledger/crypto/portable';
import { Compile } from 'typebox/compile';
import { FhirError } from './errors.js';
import { isObject, type Json } from './json.js';
import { R4_BUNDLE_TYPES, R4_REQUIRED, R4_RESOURCE_TYPES, R4_STATUS } from './r4.js';
import { Bundle } from './schema.js';

/** A FHIR resource of which only the form has been checked. */
export interface FhirResource {
  readonly resourceType: string;
  readonly id?: string;
  readonly [element: string]: unknown;
}

/** https://hl7.org/fhir/R4/datatypes.html#id */
const ID = /^[A-Za-z0-9\-.]{1,64}$/;
/** JSON property: an element, or `_element` for the id and extensions of a primitive. */
const PROPERTY = /^_?[A-Za-z][A-Za-z0-9]*$/;

const ownProfile = Compile(Bundle);

/**
 * Refuses what is no FHIR R4 resource: a type that R4 does not have, required elements missing, elements in a form that
 * R4's JSON does not allow (https://hl7.org/fhir/R4/json.html: no empty arrays, objects or strings, no null outside of
 * arrays of primitives), bundles whose entries are no resources. No terminology, no profiles: the author vouches for the
 * content. `value` is parsed JSON. Throws FhirError NOT_A_FHIR_RESOURCE or INVALID_FHIR.
 */
export function checkResource(value: unknown): FhirResource {
  checkForm(value, '', 0);
  return checkType(value, '', 0);
}

/** As `checkResource`, for a Bundle. Throws FhirError NOT_A_BUNDLE too. */
export function checkBundle(value: unknown): FhirResource {
  const resource = checkResource(value);
  if (resource.resourceType !== 'Bundle') {
    throw new FhirError(
      'NOT_A_BUNDLE',
      'resourceType',
      `a Bundle was expected, not ${resource.resourceType}`,
    );
  }
  return resource;
}

/**
 * A bundle that this system made (`periodicBundle`, `emergencyBundle`, `clinicalBundle`) and nothing more: every element
 * is one that we write, and references lead to the bundle's own entries. Throws FhirError PROFILE_VIOLATION.
 */
export function checkOwnBundle(value: unknown): Bundle {
  if (!ownProfile.Check(value)) {
    const error = ownProfile.Errors(value)[0];
    const path = (error?.instancePath ?? '').replace(/^\//, '').replaceAll('/', '.');
    throw new FhirError('PROFILE_VIOLATION', path, error?.message ?? 'not a bundle of this system');
  }
  const urls = new Set<string>();
  value.entry.forEach(({ fullUrl, resource }, index) => {
    if (fullUrl !== `urn:uuid:${resource.id}`) {
      throw new FhirError('PROFILE_VIOLATION', `entry.${index}.fullUrl`, 'must be urn:uuid: and the id');
    }
    if (urls.has(fullUrl)) {
      throw new FhirError('PROFILE_VIOLATION', `entry.${index}.fullUrl`, 'names a resource twice');
    }
    urls.add(fullUrl);
  });
  checkReferences(value.entry, 'entry', urls);
  return value;
}

function checkReferences(value: unknown, path: string, urls: ReadonlySet<string>): void {
  if (Array.isArray(value)) {
    value.forEach((item, index) => checkReferences(item, `${path}.${index}`, urls));
  } else if (isObject(value)) {
    for (const [name, item] of Object.entries(value)) {
      if (name === 'reference' && typeof item === 'string' && !urls.has(item)) {
        throw new FhirError('PROFILE_VIOLATION', `${path}.reference`, 'leads to nothing in this bundle');
      }
      checkReferences(item, `${path}.${name}`, urls);
    }
  }
}

/** The path of a member. */
export const at = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

function checkForm(value: unknown, path: string, depth: number): void {
  if (typeof value === 'object' && depth >= MAX_JSON_DEPTH) {
    throw new FhirError('INVALID_FHIR', path, `nested deeper than ${MAX_JSON_DEPTH}`);
  }
  if (typeof value === 'string' && value.trim() === '') {
    throw new FhirError('INVALID_FHIR', path, 'an empty string is not allowed: leave the element out');
  }
  if (typeof value === 'string' && !value.isWellFormed()) {
    throw new FhirError('INVALID_FHIR', path, 'a lone surrogate is no text');
  }
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new FhirError('INVALID_FHIR', path, 'not a finite number');
  }
  if (Array.isArray(value)) {
    if (value.length === 0) throw new FhirError('INVALID_FHIR', path, 'an empty array is not allowed');
    // Null holds the place of a primitive without a value, only beside an array `_name` (R4, section 2.6.2.2).
    value.forEach((item, index) => {
      const itemPath = `${path}[${index}]`;
      if (Array.isArray(item)) throw new FhirError('INVALID_FHIR', itemPath, 'an array within an array');
      if (item !== null) checkForm(item, itemPath, depth + 1);
    });
    return;
  }
  if (isObject(value)) {
    const entries = Object.entries(value);
    if (entries.length === 0) throw new FhirError('INVALID_FHIR', path, 'an empty object is not allowed');
    for (const [name, item] of entries) {
      if (!PROPERTY.test(name))
        throw new FhirError('INVALID_FHIR', at(path, name), 'not the name of an element');
      if (item === null) throw new FhirError('INVALID_FHIR', at(path, name), 'null is not allowed');
      checkForm(item, at(path, name), depth + 1);
    }
  }
}

function checkType(value: unknown, path: string, depth: number): FhirResource {
  if (!isObject(value)) throw new FhirError('NOT_A_FHIR_RESOURCE', path, 'not a JSON object');
  const { resourceType } = value;
  if (typeof resourceType !== 'string' || !R4_RESOURCE_TYPES.has(resourceType)) {
    throw new FhirError('NOT_A_FHIR_RESOURCE', at(path, 'resourceType'), 'not a resource type of FHIR R4');
  }
  if (value.id !== undefined && (typeof value.id !== 'string' || !ID.test(value.id))) {
    throw new FhirError('INVALID_FHIR', at(path, 'id'), 'not an id: 1 to 64 of A-Z, a-z, 0-9, - and .');
  }
  for (const element of R4_REQUIRED[resourceType] ?? []) {
    if (value[element] === undefined) {
      throw new FhirError('INVALID_FHIR', at(path, element), `${resourceType} requires it`);
    }
  }
  const { status } = value;
  const allowed = R4_STATUS[resourceType];
  if (allowed !== undefined && (typeof status !== 'string' || !allowed.has(status))) {
    throw new FhirError('INVALID_FHIR', at(path, 'status'), `not a status of ${resourceType}`);
  }
  if (resourceType === 'Observation') checkObservation(value, path);
  if (resourceType === 'Bundle') checkEntries(value, path, depth);
  if (value.contained !== undefined) checkContained(value.contained, path, depth);
  return { ...value, resourceType } as FhirResource;
}

/** R4 obs-6: dataAbsentReason only where there is no value; at most one value[x]. */
function checkObservation(value: Json, path: string): void {
  if (!isObject(value.code))
    throw new FhirError('INVALID_FHIR', at(path, 'code'), 'must be a CodeableConcept');
  const values = Object.keys(value).filter((name) => /^value[A-Z]/.test(name));
  if (values.length > 1) {
    throw new FhirError('INVALID_FHIR', at(path, values[1] ?? 'value'), 'a second value[x]');
  }
  if (values.length === 1 && value.dataAbsentReason !== undefined) {
    throw new FhirError('INVALID_FHIR', at(path, 'dataAbsentReason'), 'there is a value (obs-6)');
  }
  const { valueQuantity } = value;
  if (valueQuantity === undefined) return;
  if (
    !isObject(valueQuantity) ||
    (valueQuantity.value !== undefined && typeof valueQuantity.value !== 'number')
  ) {
    throw new FhirError('INVALID_FHIR', at(path, 'valueQuantity'), 'must be a Quantity with a number');
  }
}

function checkEntries(bundle: Json, path: string, depth: number): void {
  if (typeof bundle.type !== 'string' || !R4_BUNDLE_TYPES.has(bundle.type)) {
    throw new FhirError('INVALID_FHIR', at(path, 'type'), 'not a bundle type of FHIR R4');
  }
  if (bundle.entry === undefined) return;
  if (!Array.isArray(bundle.entry))
    throw new FhirError('INVALID_FHIR', at(path, 'entry'), 'must be an array');
  bundle.entry.forEach((entry: unknown, index) => {
    const entryPath = `${at(path, 'entry')}[${index}]`;
    if (!isObject(entry)) throw new FhirError('INVALID_FHIR', entryPath, 'must be an object');
    if (entry.resource !== undefined) checkType(entry.resource, at(entryPath, 'resource'), depth + 1);
    else if (bundle.type === 'collection') {
      throw new FhirError('INVALID_FHIR', entryPath, 'an entry of a collection has a resource');
    }
  });
}

function checkContained(contained: unknown, path: string, depth: number): void {
  if (!Array.isArray(contained)) {
    throw new FhirError('INVALID_FHIR', at(path, 'contained'), 'must be an array');
  }
  contained.forEach((resource, index) =>
    checkType(resource, `${at(path, 'contained')}[${index}]`, depth + 1),
  );
}
