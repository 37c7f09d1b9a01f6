import { isObject, type Json } from './json.js';

/** A search parameter of type reference that may lead to another entry of a record. */
export interface ReferenceParameter {
  readonly name: string;
  /** Way to the references within a resource of its type. */
  readonly path: string;
  /** Types of what it may lead to, as far as they are served one by one. */
  readonly targets: readonly string[];
}

const AUTHORS = ['Organization', 'Practitioner', 'PractitionerRole'];
const TOLD = ['DiagnosticReport', 'DocumentReference', 'Observation'];

/** By type, in R4's names (https://hl7.org/fhir/R4/searchparameter-registry.html). */
const PARAMETERS: Readonly<Record<string, readonly ReferenceParameter[]>> = {
  Device: [{ name: 'organization', path: 'owner', targets: ['Organization'] }],
  DiagnosticReport: [
    { name: 'encounter', path: 'encounter', targets: ['Encounter'] },
    { name: 'performer', path: 'performer', targets: AUTHORS },
    { name: 'result', path: 'result', targets: ['Observation'] },
    { name: 'results-interpreter', path: 'resultsInterpreter', targets: AUTHORS },
  ],
  DocumentReference: [
    { name: 'author', path: 'author', targets: ['Device', ...AUTHORS] },
    { name: 'custodian', path: 'custodian', targets: ['Organization'] },
    { name: 'encounter', path: 'context.encounter', targets: ['Encounter'] },
    { name: 'relatesto', path: 'relatesTo.target', targets: ['DocumentReference'] },
  ],
  Observation: [
    { name: 'derived-from', path: 'derivedFrom', targets: ['DocumentReference', 'Observation'] },
    { name: 'device', path: 'device', targets: ['Device'] },
    { name: 'encounter', path: 'encounter', targets: ['Encounter'] },
    { name: 'has-member', path: 'hasMember', targets: ['Observation'] },
    { name: 'performer', path: 'performer', targets: AUTHORS },
  ],
  Provenance: [
    { name: 'agent', path: 'agent.who', targets: ['Device', ...AUTHORS] },
    { name: 'entity', path: 'entity.what', targets: ['Device', ...TOLD] },
    { name: 'target', path: 'target', targets: ['Device', 'Encounter', ...TOLD] },
  ],
};

export const referenceParametersOf = (resourceType: string): readonly ReferenceParameter[] =>
  (Object.hasOwn(PARAMETERS, resourceType) ? PARAMETERS[resourceType] : undefined) ?? [];

/** `[type, parameter]` of whatever may refer to a resource of this type. */
export const referringTo = (resourceType: string): (readonly [type: string, parameter: string])[] =>
  Object.entries(PARAMETERS).flatMap(([type, parameters]) =>
    parameters
      .filter(({ targets }) => targets.includes(resourceType))
      .map(({ name }) => [type, name] as const),
  );

/** What a resource refers to by each parameter of its type, as its author wrote it. */
export const referencesByParameter = (
  resource: Json,
): { readonly parameter: string; readonly reference: string }[] =>
  referenceParametersOf(String(resource['resourceType'])).flatMap(({ name, path }) =>
    at(resource, path.split('.')).flatMap((value) =>
      isObject(value) && typeof value['reference'] === 'string'
        ? [{ parameter: name, reference: value['reference'] }]
        : [],
    ),
  );

function at(value: unknown, [name, ...rest]: readonly string[]): unknown[] {
  const values = [value].flat();
  return name === undefined ? values : values.flatMap((each) => (isObject(each) ? at(each[name], rest) : []));
}
