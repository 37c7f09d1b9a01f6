import { isObject } from './json.js';
import type { FhirResource } from './validate.js';

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** Resources that describe the others and need no scope of their own. */
const SUPPORTING: ReadonlySet<string> = new Set([
  'Device',
  'Organization',
  'Patient',
  'Practitioner',
  'PractitionerRole',
  'Provenance',
]);

/** A kind of resource, in the words of scopes. */
export interface ResourceKind {
  readonly resourceType: string;
  /** A code of its `category`; null where it has none. */
  readonly category: string | null;
}

/**
 * The kinds of resource in a bundle, each once, contained ones too and supporting ones left out. A resource of several
 * categories is of several kinds: whoever may see one of them is not to see it for the sake of that one.
 */
export function kindsOf(bundle: FhirResource): ResourceKind[] {
  const kinds = new Map<string, ResourceKind>();
  for (const { resourceType, category } of tellingResources(bundle)) {
    const categories: readonly (string | null)[] = codesOf(category);
    for (const code of categories.length === 0 ? [null] : categories)
      kinds.set(JSON.stringify([resourceType, code]), { resourceType, category: code });
  }
  return [...kinds.values()];
}

/** Every resource of the bundle that tells something of the patient, those that others contain included. */
export function tellingResources(bundle: FhirResource): FhirResource[] {
  return listOf(bundle['entry'])
    .flatMap((entry) => (isObject(entry) ? withContained(entry['resource']) : []))
    .filter(({ resourceType }) => !SUPPORTING.has(resourceType));
}

function withContained(resource: unknown): FhirResource[] {
  if (!isObject(resource)) return [];
  return [resource as FhirResource, ...listOf(resource['contained']).flatMap(withContained)];
}

function codesOf(category: unknown): string[] {
  return [category]
    .flat()
    .flatMap((concept) => listOf(isObject(concept) ? concept['coding'] : undefined))
    .flatMap((coding) => (isObject(coding) && typeof coding['code'] === 'string' ? [coding['code']] : []));
}
