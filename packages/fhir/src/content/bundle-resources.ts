import { FhirError } from '../errors.js';
import { isObject, type Json } from '../json.js';
import { at, type FhirResource } from '../validate.js';
import { RECORD_TYPES } from './record-types.js';

/** A resource and the way to it. */
export interface LocatedResource {
  readonly resource: FhirResource;
  readonly path: string;
  /** What `#id` leads to, from the resource and from whatever it contains. */
  readonly contained: ReadonlyMap<string, LocatedResource>;
  /** What `#` leads to from a contained resource. */
  readonly container?: LocatedResource;
}

/** `urn:uuid:…`, `urn:oid:…` or a server's address of a resource. */
const FULL_URL = /^(?:urn:(?:uuid|oid):\S+|https?:\/\/\S+)$/;
const isServerUrl = (url: string): boolean => url.startsWith('http');

/**
 * The resources of a bundle and the names under which they refer to one another: an entry's `fullUrl`, `Type/id`, and
 * `#id` within a resource (https://hl7.org/fhir/R4/bundle.html#references). Every name leads to one resource.
 */
export class BundleResources {
  /** Entries and what they contain, in the order of the bundle. */
  readonly all: readonly LocatedResource[];
  readonly #byName = new Map<string, LocatedResource>();

  /** @throws FhirError RESOURCE_TYPE_REFUSED, REFERENCE_AMBIGUOUS, INVALID_FHIR */
  constructor(bundle: FhirResource) {
    const all: LocatedResource[] = [];
    entriesOf(bundle).forEach((entry, index) => {
      const path = `entry[${index}]`;
      const { resource, fullUrl } = entry;
      if (!isObject(resource))
        throw new FhirError('INVALID_FHIR', path, 'an entry of a record has a resource');
      const located = locate(resource as FhirResource, `${path}.resource`);
      all.push(located, ...located.contained.values());
      const { id, resourceType } = located.resource;
      if (fullUrl !== undefined) this.#name(checkFullUrl(fullUrl, located, path), located, `${path}.fullUrl`);
      if (id !== undefined) this.#name(`${resourceType}/${id}`, located, `${path}.resource.id`);
    });
    this.all = all;
  }

  /** Where a literal reference leads to from a resource; undefined when it leads out of the bundle. */
  resolve(reference: string, from: LocatedResource): LocatedResource | undefined {
    if (reference === '#') return from.container;
    return reference.startsWith('#') ? from.contained.get(reference.slice(1)) : this.#byName.get(reference);
  }

  #name(name: string, located: LocatedResource, path: string): void {
    if (this.#byName.has(name)) {
      throw new FhirError('REFERENCE_AMBIGUOUS', path, `${name} names two resources of the bundle`);
    }
    this.#byName.set(name, located);
  }
}

const entriesOf = ({ entry }: FhirResource): Json[] => (Array.isArray(entry) ? (entry as Json[]) : []);

/** R4 bdl-8: a server's address ends in the type and id of its resource. */
function checkFullUrl(fullUrl: unknown, { resource }: LocatedResource, path: string): string {
  const { id, resourceType } = resource;
  if (typeof fullUrl !== 'string' || !FULL_URL.test(fullUrl)) {
    throw new FhirError('INVALID_FHIR', `${path}.fullUrl`, 'neither urn:uuid: nor an absolute URL');
  }
  if (isServerUrl(fullUrl) && !fullUrl.endsWith(`/${resourceType}/${id}`)) {
    throw new FhirError('REFERENCE_AMBIGUOUS', `${path}.fullUrl`, 'names another resource than its own');
  }
  return fullUrl;
}

function locate(resource: FhirResource, path: string): LocatedResource {
  checkType(resource, path);
  const contained = new Map<string, LocatedResource>();
  const located: LocatedResource = { resource, path, contained };
  const list = Array.isArray(resource['contained']) ? (resource['contained'] as FhirResource[]) : [];
  list.forEach((inner, index) => {
    const innerPath = `${path}.contained[${index}]`;
    checkType(inner, innerPath);
    if (inner['contained'] !== undefined) {
      throw new FhirError(
        'INVALID_FHIR',
        at(innerPath, 'contained'),
        'contained in something contained (dom-2)',
      );
    }
    if (inner.id === undefined)
      throw new FhirError('INVALID_FHIR', at(innerPath, 'id'), 'nothing leads to it');
    if (contained.has(inner.id)) {
      throw new FhirError('REFERENCE_AMBIGUOUS', at(innerPath, 'id'), `#${inner.id} names two resources`);
    }
    contained.set(inner.id, { resource: inner, path: innerPath, contained, container: located });
  });
  return located;
}

function checkType({ resourceType }: FhirResource, path: string): void {
  if (!RECORD_TYPES.has(resourceType)) {
    throw new FhirError('RESOURCE_TYPE_REFUSED', path, `${resourceType} has no place in a record`);
  }
}
