import { FhirError } from '../errors.js';
import { isObject, type Json } from '../json.js';
import { R4_RESOURCE_TYPES } from '../r4.js';
import { R4_DEFINITION, SYSTEM } from '../systems.js';
import { at } from '../validate.js';
import type { LocatedResource, BundleResources } from './bundle-resources.js';

/** `Patient/` and the pseudonym: no id of R4, for it has an underscore, but what integrators write, and unmistakable. */
const PSEUDONYM_REFERENCE = /^Patient\/(pat_[a-z2-7]{32})$/;

/** A Reference (https://hl7.org/fhir/R4/references.html), followed to whatever it names. */
export interface Reference {
  readonly value: Json;
  readonly path: string;
  /** Types of what it names: as it says, and as found. */
  readonly types: readonly string[];
  /** The pseudonym in `Patient/pat_…`. */
  readonly pseudonym: string | undefined;
  /** The resource of the record. */
  readonly target: LocatedResource | undefined;
  readonly identifier: Json | undefined;
}

/** Whether a JSON object is a Reference: literal, logical (by one identifier), or one that says no more than Patient. */
export const isReference = (value: Json): boolean =>
  value['resourceType'] === undefined &&
  (typeof value['reference'] === 'string' || isObject(value['identifier']) || typeOf(value) === 'Patient');

function typeOf({ type }: Json): string | undefined {
  if (typeof type !== 'string') return undefined;
  return type.startsWith(R4_DEFINITION) ? type.slice(R4_DEFINITION.length) : type;
}

/**
 * Reads a Reference that stands in the resource `from`.
 * @throws FhirError REFERENCE_OUTSIDE when it leads neither to a resource of the record nor to a pseudonym, INVALID_FHIR
 */
export function readReference(
  value: Json,
  path: string,
  from: LocatedResource,
  resources: BundleResources,
): Reference {
  const types: string[] = [];
  const type = typeOf(value);
  if (type !== undefined) {
    if (!R4_RESOURCE_TYPES.has(type))
      throw new FhirError('INVALID_FHIR', at(path, 'type'), 'not a type of R4');
    types.push(type);
  }
  const { reference, identifier } = value;
  let target: LocatedResource | undefined;
  let pseudonym: string | undefined;
  if (typeof reference === 'string') {
    pseudonym = PSEUDONYM_REFERENCE.exec(reference)?.[1];
    target = resources.resolve(reference, from);
    if (pseudonym === undefined && target === undefined) {
      throw new FhirError('REFERENCE_OUTSIDE', at(path, 'reference'), 'leads to nothing in the record');
    }
    types.push(target?.resource.resourceType ?? 'Patient');
  }
  const logical = isObject(identifier) ? identifier : undefined;
  if (logical?.['system'] === SYSTEM.patient) types.push('Patient');
  return { value, path, types, pseudonym, target, identifier: logical };
}

/** Authorities that a reference names, itself or through the Organization or role to which it leads. */
export function authoritiesOf(
  reference: Reference,
  resources: BundleResources,
  seen = new Set<LocatedResource>(),
): string[] {
  const { identifier, target } = reference;
  const named = authorityIn(identifier);
  if (target === undefined || seen.has(target)) return named;
  seen.add(target);
  const { resource, path } = target;
  const own = Array.isArray(resource['identifier']) ? (resource['identifier'] as unknown[]) : [];
  const parents = ['partOf', 'organization'].flatMap((element) => {
    const parent = resource[element];
    if (!isObject(parent) || !isReference(parent)) return [];
    return authoritiesOf(readReference(parent, at(path, element), target, resources), resources, seen);
  });
  return [...named, ...own.flatMap(authorityIn), ...parents];
}

const authorityIn = (identifier: unknown): string[] =>
  isObject(identifier) && identifier['system'] === SYSTEM.authority ? [String(identifier['value'])] : [];
