import { FHIR_JSON } from '@careledger/service-kit';
import { COPY_MIRROR_MAX_AGE_MS } from '../copies/copy-search.js';
import { includesOf, reverseIncludesOf } from './includes.js';
import { resultParametersOf, type ResultParameter } from './result-parameters.js';
import {
  BATCH_MAX_ENTRIES,
  FHIR_BASE,
  FHIR_TABLE,
  FHIR_VERSION,
  OF_SYSTEM,
  OPERATIONS,
  SAID_AS,
  SEARCHED_BY,
  SOURCES,
  type Interaction,
  type Row,
  type SearchParameter,
} from './table.js';

/** When the table last changed. */
const TABLE_DATE = '2026-11-30';

/** Which server it is. */
export interface ServerDescription {
  readonly authorityId: string;
  /** Where the authority's api is reached. */
  readonly endpoint: string;
  readonly version: string;
}

/** What this server does, and nothing that it does not (https://hl7.org/fhir/R4/capabilitystatement.html). */
export function capabilityStatement({ authorityId, endpoint, version }: ServerDescription) {
  const ofTypes = FHIR_TABLE.filter(({ interaction }) => !OF_SYSTEM.has(interaction));
  const byType = Map.groupBy(ofTypes, ({ resourceType }) => resourceType);
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    date: TABLE_DATE,
    kind: 'instance',
    software: { name: 'careledger authority', version },
    implementation: { description: authorityId, url: new URL(FHIR_BASE, endpoint).href },
    fhirVersion: FHIR_VERSION,
    format: [FHIR_JSON, 'json'],
    rest: [
      {
        mode: 'server',
        documentation: `Each reading is decided by the patient’s grants before it is answered: on the ledger, and written down there; of the copy that the patient lets this authority keep by what its own peer has said within ${COPY_MIRROR_MAX_AGE_MS / 1_000} s, and written down in its own log, which the ledger anchors day by day.`,
        security: {
          description: 'A bearer token of this authority, or of a provider of sign-in that it trusts.',
        },
        resource: [...byType].map(([type, rows]) => resourceOf(type, rows)),
        interaction: FHIR_TABLE.filter(({ interaction }) => OF_SYSTEM.has(interaction)).map(interactionOf),
      },
    ],
  };
}

const isOfCopy = (rows: readonly Row[]): boolean =>
  rows.some(({ interaction, source }) => interaction === 'search-type' && source === 'copy');

/** Without the element where it has nothing: R4 has no empty lists. */
const listed = (name: string, values: readonly string[]) => (values.length === 0 ? {} : { [name]: values });

const isUpdated = (rows: readonly Row[]): boolean => rows.some(({ interaction }) => interaction === 'update');

const isSaidAsInteraction = ({ interaction }: Row): boolean =>
  OPERATIONS[interaction] === undefined && SAID_AS[interaction] === undefined;

/** What an interaction takes besides its role, and what its name does not say. */
const TAKES: Partial<Readonly<Record<Interaction, string>>> = {
  update:
    'The record is read first: a grant to read and to modify it and, of somebody who signed in, scopes `r` and `u`',
  batch: `At most ${BATCH_MAX_ENTRIES} entries, each answered for itself, by its own route: read, vread, search-type, create, update and $validate, no history-instance, batch or transaction`,
};
/** The same of one type alone. */
const TAKES_OF_TYPE: Readonly<Record<string, Partial<Readonly<Record<Interaction, string>>>>> = {
  Consent: { create: 'A request to the patient, status `proposed`: it gives nothing' },
};

const interactionOf = ({ interaction, resourceType, roles }: Row) => ({
  code: interaction,
  documentation: [
    `Roles: ${roles.join(', ')}`,
    TAKES[interaction] ?? [],
    TAKES_OF_TYPE[resourceType]?.[interaction] ?? [],
  ]
    .flat()
    .join('. '),
});

function operationsOf(rows: readonly Row[]): { readonly operation?: readonly object[] } {
  const operation = rows.flatMap(({ interaction: name, roles }) => {
    const definition = OPERATIONS[name];
    return definition === undefined
      ? []
      : [{ name, definition, documentation: `Roles: ${roles.join(', ')}` }];
  });
  return operation.length > 0 ? { operation } : {};
}

/** What a search takes: whatever it is of. */
type Told = Pick<SearchParameter, 'name' | 'isRequired' | 'takes'> & {
  readonly type: SearchParameter['type'] | ResultParameter['type'];
};

function searchParameterOf({ name, type, isRequired = false, takes }: Told) {
  const documentation = [isRequired ? 'Has to be there' : [], takes ?? []].flat().join('. ');
  return { ...{ name, type }, ...(documentation !== '' && { documentation }) };
}

const resourceOf = (type: string, rows: readonly Row[]) => ({
  type,
  documentation: [...new Set(rows.map(({ source }) => SOURCES[source]))].join('; '),
  interaction: rows.filter(isSaidAsInteraction).map(interactionOf),
  ...operationsOf(rows),
  ...(rows.some(({ interaction }) => interaction === 'vread')
    ? { versioning: isUpdated(rows) ? 'versioned-update' : 'versioned', readHistory: true }
    : { versioning: 'no-version' }),
  ...(isOfCopy(rows) && {
    ...listed('searchInclude', includesOf(type)),
    ...listed('searchRevInclude', reverseIncludesOf(type)),
  }),
  ...(rows.some(({ interaction }) => interaction === 'search-type') && {
    searchParam: [...(SEARCHED_BY[type] ?? []), ...resultParametersOf(type)].map(searchParameterOf),
  }),
  updateCreate: false,
  conditionalCreate: false,
  conditionalRead: 'not-supported',
  conditionalUpdate: false,
  conditionalDelete: 'not-supported',
});
