import { isObject, type Json } from '../json.js';
import type { FhirResource } from '../validate.js';

export const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** A resource of a bundle. */
export interface ToldResource {
  readonly resource: FhirResource;
  /** In which it is contained. */
  readonly container: ToldResource | undefined;
}

/**
 * The resources of a bundle, those that others contain included, and the names by which they refer to one another. The
 * bundle has been checked: no name leads to two.
 */
export class ToldResources {
  readonly all: readonly ToldResource[];
  readonly #byName = new Map<string, ToldResource>();
  /** What `#id` leads to, by the resource of the entry. */
  readonly #contained = new Map<ToldResource, Map<string, ToldResource>>();

  constructor(bundle: FhirResource) {
    this.all = listOf(bundle['entry']).flatMap((entry) => {
      if (!isObject(entry) || !isObject(entry['resource'])) return [];
      const told: ToldResource = { resource: entry['resource'] as FhirResource, container: undefined };
      const { resourceType, id } = told.resource;
      if (typeof entry['fullUrl'] === 'string') this.#byName.set(entry['fullUrl'], told);
      if (typeof id === 'string') this.#byName.set(`${resourceType}/${id}`, told);
      const contained = containedIn(told);
      const named = contained.flatMap((inner) =>
        typeof inner.resource.id === 'string' ? [[inner.resource.id, inner] as const] : [],
      );
      this.#contained.set(told, new Map(named));
      return [told, ...contained];
    });
  }

  /** What a literal reference leads to; undefined where that is not in the bundle. */
  resolve(reference: string, from: ToldResource): ToldResource | undefined {
    const outer = from.container ?? from;
    if (reference === '#') return outer;
    return reference.startsWith('#')
      ? this.#contained.get(outer)?.get(reference.slice('#'.length))
      : this.#byName.get(reference);
  }

  /** Values under an identifier system of whatever the references within an element name. */
  identified(system: string, element: unknown, from: ToldResource): string[] {
    return referencesIn(element).flatMap(({ reference, identifier }) => {
      const target = typeof reference === 'string' ? this.resolve(reference, from) : undefined;
      const own = valuesOf(identifier, system);
      return target === undefined ? own : [...own, ...this.#identifiedBy(system, target)];
    });
  }

  /** Of the resource itself, and of the practitioner whose role it is. */
  #identifiedBy(system: string, target: ToldResource): string[] {
    const { identifier, practitioner, resourceType } = target.resource;
    const own = valuesOf(identifier, system);
    if (resourceType !== 'PractitionerRole' || !isObject(practitioner)) return own;
    const { reference } = practitioner;
    const whose = typeof reference === 'string' ? this.resolve(reference, target) : undefined;
    return [
      ...own,
      ...valuesOf(practitioner['identifier'], system),
      ...valuesOf(whose?.resource['identifier'], system),
    ];
  }
}

/** Of an identifier or a list of them. */
export const valuesOf = (identifier: unknown, system: string): string[] =>
  [identifier]
    .flat()
    .flatMap((each) =>
      isObject(each) && each['system'] === system && typeof each['value'] === 'string' ? [each['value']] : [],
    );

function referencesIn(value: unknown): Json[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (!isObject(value)) return [];
  if (typeof value['reference'] === 'string' || isObject(value['identifier'])) return [value];
  return Object.values(value).flatMap(referencesIn);
}

/** What is contained in something contained is refused elsewhere; here it counts, too. */
function containedIn(container: ToldResource, { resource }: ToldResource = container): ToldResource[] {
  return listOf(resource['contained']).flatMap((inner) => {
    if (!isObject(inner)) return [];
    const told: ToldResource = { resource: inner as FhirResource, container };
    return [told, ...containedIn(container, told)];
  });
}
