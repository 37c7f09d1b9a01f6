import { kindsOf, isSupporting, uuidOf, type FhirResource } from '@careledger/fhir';
import type { ResourceKind } from '@careledger/domain';
import { ProblemError, type IdempotentRequest } from '@careledger/service-kit';
import { problem } from '../problems.js';
import { isObject, mapObjects, objectsOf, without, type Json } from '../resources/json.js';
import { byPseudonym, pseudonymIn } from './patient-references.js';

/** Elements in which R4 has whom a resource is about; the first that names a patient counts. */
const SUBJECTS = ['subject', 'patient', 'beneficiary', 'for', 'individual'];

/** What is to be the content of a record: JSON text to the letter, and the same as values. */
export interface RecordContent {
  readonly text: string;
  readonly bundle: FhirResource;
}

/** An entry of a record that is made. */
export interface NewEntry {
  readonly fullUrl: string;
  readonly resource: Json;
}

/**
 * A resource as it becomes part of a record: patients by pseudonym; without what a server says of it (`id`,
 * `meta.versionId`, `meta.lastUpdated`). Everything else to the letter.
 * @param sent of `exactJson`
 */
export function keptResource(sent: Json, base: string): Json {
  const { meta, ...elements } = mapObjects(without(sent, 'id'), (value) => byPseudonym(value, base)) as Json;
  const own = isObject(meta) ? without(meta, 'versionId', 'lastUpdated') : meta;
  const isSaid = own !== undefined && !(isObject(own) && Object.keys(own).length === 0);
  return { ...elements, ...(isSaid && { meta: own }) };
}

/** A name for an entry that its sender gave none, the same for the same request: its id is known when it is taken. */
export const fullUrlOf = ({ tokenSha256, key, requestSha256 }: IdempotentRequest, index: number): string =>
  `urn:uuid:${uuidOf(['fhir-entry', tokenSha256, key, requestSha256, index].join('|'))}`;

/** A Bundle of these entries, as a record is. */
export const contentOf = (entries: readonly NewEntry[]): RecordContent =>
  asContent({ resourceType: 'Bundle', type: 'collection', entry: entries });

/** @param bundle of `exactJson` */
export function asContent(bundle: Json): RecordContent {
  const text = JSON.stringify(bundle);
  return { text, bundle: JSON.parse(text) as FhirResource };
}

/** Whom resources are about, by the first that says it. @throws ProblemError FHIR_INVALID where none does */
export function patientOf(resources: readonly Json[]): string {
  const named = resources.flatMap((resource) =>
    SUBJECTS.flatMap((element) => {
      const value = resource[element];
      return isObject(value) ? (pseudonymIn(value) ?? []) : [];
    }),
  );
  const [patientId] = named;
  if (patientId !== undefined) return patientId;
  const text = 'names no patient of this server: Patient/ID, or an identifier of urn:careledger:patient';
  throw problem('FHIR_INVALID', `subject: ${text}`, {
    members: {
      reason: 'SUBJECT_MISSING',
      issues: [
        {
          ...{ code: 'required', rule: 'SUBJECT_MISSING', diagnostics: text },
          expression: `${String(resources[0]?.['resourceType'] ?? 'Bundle')}.subject`,
        },
      ],
    },
  });
}

/** What a token has to be for: the kinds of resource, and each type that is of no kind of its own. */
export function touchedKinds(bundle: FhirResource): Pick<ResourceKind, 'resourceType' | 'categories'>[] {
  const types = objectsOf(bundle['entry']).flatMap(({ resource }) =>
    isObject(resource) ? [String(resource['resourceType'])] : [],
  );
  const supporting = [...new Set(types.filter(isSupporting))];
  return [
    ...kindsOf(bundle),
    ...supporting.map((resourceType) => ({ resourceType, categories: [] as string[] })),
  ];
}

/** @throws ProblemError FHIR_INVALID */
export function assertType({ resourceType }: Json, expected: string): void {
  if (resourceType === expected) return;
  const diagnostics = `must be ${expected}, as the path says`;
  throw problem('FHIR_INVALID', `resourceType: ${diagnostics}`, {
    members: {
      reason: 'NOT_A_FHIR_RESOURCE',
      issues: [{ code: 'structure', expression: 'resourceType', rule: 'NOT_A_FHIR_RESOURCE', diagnostics }],
    },
  });
}

/** Faults within a resource that came by itself are told as of it, not of the Bundle that it became part of. */
export async function toldOf<T>(
  alone: { readonly resourceType: string; readonly index: number } | undefined,
  write: () => Promise<T>,
): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!(error instanceof ProblemError) || error.code !== 'FHIR_INVALID' || alone === undefined) throw error;
    const { issues } = error.members;
    const inBundle = `Bundle.entry[${alone.index}].resource`;
    throw problem('FHIR_INVALID', error.message, {
      cause: error,
      members: {
        ...error.members,
        issues: objectsOf(issues).map((issue) => ({
          ...issue,
          expression: String(issue['expression']).replace(inBundle, alone.resourceType),
        })),
      },
    });
  }
}
