import { packageVersion, type ServiceApp } from '@careledger/service-kit';
import { closedObject } from '@careledger/domain';
import { resourceAnswer, sendResource } from './answers.js';
import {
  addAuditEventReadRoute,
  addAuditEventSearchRoute,
  type AuditEventRouteOptions,
} from './audit-event-routes.js';
import { capabilityStatement } from './capability-statement.js';
import { ConsentReading, type ConsentReadingOptions } from './consent-reading.js';
import {
  addConsentCreateRoute,
  addConsentReadRoute,
  addConsentSearchRoute,
  type ConsentRouteOptions,
} from './consent-routes.js';
import { CopiedReading, type CopiedReadingOptions } from './copied-reading.js';
import { addCopySearchRoute, type CopySearchRouteOptions } from './copy-search-routes.js';
import {
  addEncounterReadRoute,
  addEncounterSearchRoute,
  type EncounterRouteOptions,
} from './encounter-routes.js';
import { addEverythingRoute } from './everything-route.js';
import { addGroupReadRoute, addGroupSearchRoute, type GroupRouteOptions } from './group-routes.js';
import { FORMAT } from './parameters.js';
import { addPatientReadRoute, addPatientSearchRoute, type PatientRouteOptions } from './patient-routes.js';
import { FhirReading } from './reading.js';
import { addHistoryRoute, addReadRoute, addVersionRoute, type ReadRouteOptions } from './read-routes.js';
import { addValidateRoute } from './validate-route.js';
import {
  addCreateRoute,
  addTransactionRoute,
  addUpdateRoute,
  type WriteRouteOptions,
} from './write-routes.js';
import { FhirWriting, type FhirWritingOptions } from './writing.js';
import { WrittenAnswers } from './written-answers.js';
import { FHIR_BASE, FHIR_TABLE, type Interaction, type Row, type Source } from './table.js';

export interface FhirOptions
  extends
    Omit<AuditEventRouteOptions, 'base'>,
    Omit<ConsentRouteOptions, 'base' | 'consents'>,
    Omit<ConsentReadingOptions, 'policy' | 'subscriptions'>,
    Omit<CopiedReadingOptions, 'search'>,
    Omit<CopySearchRouteOptions, 'base'>,
    Omit<EncounterRouteOptions, 'base' | 'reading'>,
    Omit<GroupRouteOptions, 'base'>,
    Omit<PatientRouteOptions, 'base'>,
    Omit<FhirWritingOptions, 'base'>,
    Pick<WriteRouteOptions, 'answerWithinMs' | 'writing'> {
  readonly authorityId: string;
  /** Where this api is reached. */
  readonly endpoint: string;
}

type Options = AuditEventRouteOptions &
  ConsentRouteOptions &
  CopySearchRouteOptions &
  EncounterRouteOptions &
  GroupRouteOptions &
  ReadRouteOptions &
  PatientRouteOptions &
  WriteRouteOptions;
type AddRoute = (app: ServiceApp, row: Row, options: Options) => void;

type AddRoutes = Partial<Readonly<Record<Interaction, AddRoute>>>;

/** Both ways to search. */
const searchedBy = (add: AddRoute): AddRoutes => ({ 'search-type': add, 'search-by-post': add });

const OF_RECORDS: AddRoutes = {
  read: addReadRoute,
  vread: addVersionRoute,
  'history-instance': addHistoryRoute,
};

/** How a row of the table becomes a route, by what stands behind it. */
const ADD: Readonly<Record<Source, AddRoutes>> = {
  entry: OF_RECORDS,
  record: OF_RECORDS,
  resource: { create: addCreateRoute, update: addUpdateRoute },
  check: { validate: addValidateRoute },
  resources: { transaction: addTransactionRoute },
  // By the route of transactions, which has the same address.
  each: { batch: () => undefined },
  copy: { ...searchedBy(addCopySearchRoute), everything: addEverythingRoute },
  attempt: { read: addAuditEventReadRoute, ...searchedBy(addAuditEventSearchRoute) },
  patient: { read: addPatientReadRoute, ...searchedBy(addPatientSearchRoute) },
  encounter: { read: addEncounterReadRoute },
  visit: searchedBy(addEncounterSearchRoute),
  group: { read: addGroupReadRoute, ...searchedBy(addGroupSearchRoute) },
  consent: {
    ...{ create: addConsentCreateRoute, read: addConsentReadRoute },
    ...searchedBy(addConsentSearchRoute),
  },
};

/** FHIR R4 for clients that know nothing of this system: what the table has, and no more. */
export async function fhirPlugin(app: ServiceApp, options: FhirOptions): Promise<void> {
  const { endpoint, opening } = options;
  const base = new URL(FHIR_BASE, endpoint).href;
  const reading = new FhirReading(opening, new CopiedReading(options));
  const fhirWriting = new FhirWriting({ ...options, base });
  const answers = new WrittenAnswers(opening);
  const consents = new ConsentReading(options);
  for (const row of FHIR_TABLE) {
    const add = ADD[row.source][row.interaction];
    if (add === undefined) throw new RangeError(`Nobody does ${row.interaction} of ${row.resourceType}`);
    add(app, row, { ...options, answers, base, consents, fhirWriting, reading });
  }
  const statement = JSON.stringify(
    capabilityStatement({ ...options, version: packageVersion(import.meta.url) }),
  );
  app.get(
    `${FHIR_BASE}/metadata`,
    {
      config: { public: true },
      schema: {
        hide: true,
        querystring: closedObject(FORMAT),
        response: { 200: resourceAnswer('The CapabilityStatement') },
      },
    },
    async (request, reply) => sendResource(reply, request, statement),
  );
}
