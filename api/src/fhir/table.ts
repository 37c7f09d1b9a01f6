import type { Role } from '@careledger/service-kit';
import { referenceParametersOf } from '../resources/reference-parameters.js';

/** Path below which an authority's api is a FHIR server. */
export const FHIR_BASE = '/fhir';
/** https://hl7.org/fhir/R4 */
export const FHIR_VERSION = '4.0.1';

/** What stands behind a resource: where it is, and what reading or writing it does. */
export const SOURCES = {
  entry: 'an entry of a record that this authority may read',
  record: 'a record that this authority may read, as a whole',
  resource: 'a new record that holds this resource, or the next version of the record in which it lies',
  check: 'the check that a create makes; nothing is written',
  resources: 'a new record of one patient that holds all the resources',
  attempt: 'an attempt of this authority to read a record, as the ledger has decided and written it down',
  copy: 'the copy that the patient lets this authority keep, for its unit and purpose',
  patient:
    'a patient whom the ledger knows: the pseudonym and the numbers that this authority has given, and no more',
  consent: 'a request of this authority to a patient, and what the patient gave: asking gives nothing',
  encounter: 'an entry of a record that this authority may read, or a visit that it has recorded itself',
  each: 'each entry by itself, as the request that it is; no history, and no Bundle of requests',
  visit: 'the visits that this authority has recorded on the ledger, by when and whose alone',
  group:
    'the patients who let whoever asks do something at present, as far as this authority has heard: the pseudonyms, and no more',
} as const;
export type Source = keyof typeof SOURCES;

/** https://hl7.org/fhir/R4/valueset-type-restful-interaction.html, operations, and the other way to search. */
export type Interaction =
  | 'read'
  | 'vread'
  | 'history-instance'
  | 'create'
  | 'update'
  | 'search-type'
  | 'search-by-post'
  | 'validate'
  | 'everything'
  | 'transaction'
  | 'batch';

/** One thing that can be done with one type of resource, and who may. What has no row does not exist. */
export interface Row {
  readonly resourceType: string;
  readonly interaction: Interaction;
  readonly source: Source;
  readonly roles: readonly [Role, ...Role[]];
}

/** What records hold that is read one by one; what else they hold is read with its whole Bundle. */
const ENTRY_TYPES = [
  'Binary',
  'Device',
  'DiagnosticReport',
  'DocumentReference',
  'Observation',
  'Organization',
  'Practitioner',
  'PractitionerRole',
  'Provenance',
] as const;
/** Those that say something of a patient by themselves: each can be a record. */
const WRITTEN_TYPES = ['DiagnosticReport', 'DocumentReference', 'Observation'] as const;
/** What R4 searches by patient, of what copies hold. */
const COPIED_TYPES = ['Device', ...WRITTEN_TYPES, 'Provenance'] as const;
const READING: readonly Interaction[] = ['read', 'vread', 'history-instance'];
const SEARCHING: readonly Interaction[] = ['search-type', 'search-by-post'];

const rows = (
  resourceTypes: readonly string[],
  interactions: readonly Interaction[],
  { source, roles }: Pick<Row, 'source' | 'roles'>,
): Row[] =>
  resourceTypes.flatMap((resourceType) =>
    interactions.map((interaction) => ({ resourceType, interaction, source, roles })),
  );

/**
 * Everything that there is at `/fhir`: the routes, the CapabilityStatement and docs/fhir.md are made of it, by type and in
 * this order.
 */
export const FHIR_TABLE: readonly Row[] = [
  ...rows(ENTRY_TYPES, READING, { source: 'entry', roles: ['practitioner'] }),
  ...rows(['Encounter'], ['read'], { source: 'encounter', roles: ['practitioner'] }),
  ...rows(['Encounter'], ['vread', 'history-instance'], { source: 'entry', roles: ['practitioner'] }),
  ...rows(['Encounter'], SEARCHING, { source: 'visit', roles: ['practitioner'] }),
  ...rows(['Bundle'], READING, { source: 'record', roles: ['practitioner'] }),
  ...rows(WRITTEN_TYPES, ['create', 'update'], { source: 'resource', roles: ['practitioner'] }),
  ...rows(WRITTEN_TYPES, ['validate'], { source: 'check', roles: ['practitioner'] }),
  ...rows(COPIED_TYPES, SEARCHING, { source: 'copy', roles: ['practitioner'] }),
  ...rows(['Bundle'], ['transaction'], { source: 'resources', roles: ['practitioner'] }),
  ...rows(['Bundle'], ['batch'], { source: 'each', roles: ['practitioner'] }),
  ...rows(['AuditEvent'], ['read', ...SEARCHING], { source: 'attempt', roles: ['auditor'] }),
  ...rows(['Patient'], ['read', ...SEARCHING], { source: 'patient', roles: ['practitioner'] }),
  ...rows(['Group'], ['read', ...SEARCHING], { source: 'group', roles: ['practitioner'] }),
  ...rows(['Consent'], ['create'], { source: 'consent', roles: ['practitioner', 'ops'] }),
  ...rows(['Consent'], ['read', ...SEARCHING], {
    ...{ source: 'consent', roles: ['practitioner', 'ops', 'auditor'] },
  }),
  ...rows(['Patient'], ['everything'], { source: 'copy', roles: ['practitioner'] }),
];

type Route = (resourceType: string) => readonly ['GET' | 'POST' | 'PUT', string];

/** Method and path of an interaction, with `:parameters`. */
export const ROUTE_OF = {
  read: (resourceType) => ['GET', `${FHIR_BASE}/${resourceType}/:id`],
  vread: (resourceType) => ['GET', `${FHIR_BASE}/${resourceType}/:id/_history/:vid`],
  'history-instance': (resourceType) => ['GET', `${FHIR_BASE}/${resourceType}/:id/_history`],
  create: (resourceType) => ['POST', `${FHIR_BASE}/${resourceType}`],
  update: (resourceType) => ['PUT', `${FHIR_BASE}/${resourceType}/:id`],
  'search-type': (resourceType) => ['GET', `${FHIR_BASE}/${resourceType}`],
  'search-by-post': (resourceType) => ['POST', `${FHIR_BASE}/${resourceType}/_search`],
  validate: (resourceType) => ['POST', `${FHIR_BASE}/${resourceType}/$validate`],
  everything: (resourceType) => ['GET', `${FHIR_BASE}/${resourceType}/:id/$everything`],
  transaction: () => ['POST', FHIR_BASE],
  // R4 has one address for both: the Bundle says which it is.
  batch: () => ['POST', FHIR_BASE],
} as const satisfies Readonly<Record<Interaction, Route>>;

/** Requests that a batch may hold. */
export const BATCH_MAX_ENTRIES = 20;

/** What R4 has as an operation, with its definition. */
export const OPERATIONS: Partial<Readonly<Record<Interaction, string>>> = {
  validate: 'http://hl7.org/fhir/OperationDefinition/Resource-validate',
  everything: 'http://hl7.org/fhir/OperationDefinition/Patient-everything',
};

/** Whatever R4 has one code for in a CapabilityStatement, which is said once. */
export const SAID_AS: Partial<Readonly<Record<Interaction, Interaction>>> = {
  'search-by-post': 'search-type',
};

/** Interactions with the server as a whole; the others are with a type. */
export const OF_SYSTEM: ReadonlySet<Interaction> = new Set(['transaction', 'batch']);

/** A parameter by which a type is searched (https://hl7.org/fhir/R4/search.html). */
export interface SearchParameter {
  readonly name: string;
  readonly type: 'reference' | 'token' | 'date' | 'quantity';
  readonly isRequired?: boolean;
  /** What its type does not say. */
  readonly takes?: string;
}
/** When a version was stored: no time of the resource's own. */
export const LAST_UPDATED = '_lastUpdated';
const OF_A_PATIENT: SearchParameter = { name: 'patient', type: 'reference', isRequired: true };
/** In the place of `patient`. */
const SUBJECT: SearchParameter = { name: 'subject', type: 'reference' };
const tokens = (...names: readonly string[]): SearchParameter[] =>
  names.map((name) => ({ name, type: 'token' }));
const date = (name: string): SearchParameter => ({ name, type: 'date' });
const MEASURED: SearchParameter = {
  ...{ name: 'value-quantity', type: 'quantity' },
  takes: 'Units by their UCUM codes, of which none is converted to another',
};
/** What a search of a copy takes, beside what is the type's own. */
const searchedBy = (resourceType: string, own: readonly SearchParameter[]): SearchParameter[] => [
  ...[OF_A_PATIENT, ...own, ...tokens('_id'), date(LAST_UPDATED)],
  ...referenceParametersOf(resourceType).map(({ name }): SearchParameter => ({ name, type: 'reference' })),
];
/** By type. Every search takes `_count` besides. */
export const SEARCHED_BY: Readonly<Record<string, readonly SearchParameter[]>> = {
  AuditEvent: [OF_A_PATIENT],
  Consent: [
    { name: '_id', type: 'token' },
    { name: 'patient', type: 'reference' },
    { name: 'status', type: 'token' },
  ],
  Device: searchedBy('Device', tokens('type', 'status')),
  DiagnosticReport: searchedBy('DiagnosticReport', [
    ...[SUBJECT, ...tokens('code', 'category', 'status'), date('date')],
  ]),
  DocumentReference: searchedBy('DocumentReference', [
    ...[SUBJECT, ...tokens('type', 'category', 'status'), date('date')],
  ]),
  Encounter: [
    { name: '_id', type: 'token' },
    { name: 'patient', type: 'reference' },
    { name: 'date', type: 'date' },
  ],
  Observation: searchedBy('Observation', [
    ...[SUBJECT, ...tokens('code', 'category', 'status'), date('date'), MEASURED],
  ]),
  Patient: [
    {
      ...{ name: 'identifier', type: 'token', isRequired: true },
      takes: 'The pseudonym, or a number of this authority’s: with its system, or of whichever system',
    },
  ],
  Provenance: searchedBy('Provenance', [date('recorded')]),
};

/** Types of resources that are read one by one, for references between them. */
export const isServed = (resourceType: string): boolean =>
  FHIR_TABLE.some((row) => row.resourceType === resourceType && row.interaction === 'read');
