import type { ResourceKind } from '@careledger/domain';
import { isObject } from '../json.js';
import type { FhirResource } from '../validate.js';
import { codesOf } from './codes.js';
import { labelsOf } from './labels.js';
import { Origins } from './origins.js';
import { ToldResources, listOf, type ToldResource } from './told.js';

/** Resources that describe the others and need no scope of their own. */
const SUPPORTING: ReadonlySet<string> = new Set([
  'Device',
  'Organization',
  'Patient',
  'Practitioner',
  'PractitionerRole',
  'Provenance',
]);

/** Whether resources of the type are of no kind of their own: `kindsOf` leaves them out. */
export const isSupporting = (resourceType: string): boolean => SUPPORTING.has(resourceType);

/**
 * The kinds of resource in a bundle, each once, contained ones too and supporting ones left out. A resource of several
 * categories is of several kinds: whoever may see one of them is not to see it for the sake of that one.
 */
export function kindsOf(bundle: FhirResource): ResourceKind[] {
  const resources = new ToldResources(bundle);
  const origins = new Origins(resources);
  const kinds = resources.all.filter(isTelling).flatMap((told): ResourceKind[] => {
    const { codes, mentions } = codesOf(told.resource);
    const kind: ResourceKind = {
      resourceType: told.resource.resourceType,
      categories: [],
      labels: labelsOf(told, bundle, [...codes, ...mentions]),
      ...{ codes, mentions },
      practitioners: origins.practitionersOf(told),
      encounters: origins.encountersOf(told),
    };
    const categories = categoryCodesOf(told.resource['category']);
    if (categories.length === 0) return [kind];
    return categories.map((category) => ({ ...kind, categories: [category] }));
  });
  return [...new Map(kinds.map((kind) => [JSON.stringify(kind), kind])).values()];
}

/** Every resource of the bundle that tells something of the patient, those that others contain included. */
export const tellingResources = (bundle: FhirResource): FhirResource[] =>
  new ToldResources(bundle).all.filter(isTelling).map(({ resource }) => resource);

const isTelling = ({ resource }: ToldResource): boolean => !isSupporting(resource.resourceType);

function categoryCodesOf(category: unknown): string[] {
  return [category]
    .flat()
    .flatMap((concept) => listOf(isObject(concept) ? concept['coding'] : undefined))
    .flatMap((coding) => (isObject(coding) && typeof coding['code'] === 'string' ? [coding['code']] : []));
}
