import { packageVersion, type ServiceApp } from '@careledger/service-kit';
import { closedObject } from '@careledger/domain';
import type { OpeningRecords } from '../access/opening.js';
import { resourceAnswer, sendResource } from './answers.js';
import { capabilityStatement } from './capability-statement.js';
import { FORMAT } from './parameters.js';
import { addPatientReadRoute, type PatientRouteOptions } from './patient-routes.js';
import { FhirReading } from './reading.js';
import { addHistoryRoute, addReadRoute, addVersionRoute, type ReadRouteOptions } from './read-routes.js';
import { FHIR_BASE, FHIR_TABLE, type Interaction, type Row, type Source } from './table.js';

export interface FhirOptions extends PatientRouteOptions {
  readonly authorityId: string;
  /** Where this api is reached. */
  readonly endpoint: string;
  readonly opening: OpeningRecords;
}

type Options = ReadRouteOptions & PatientRouteOptions;
type AddRoute = (app: ServiceApp, row: Row, options: Options) => void;

const OF_RECORDS: Readonly<Record<Interaction, AddRoute>> = {
  read: addReadRoute,
  vread: addVersionRoute,
  'history-instance': addHistoryRoute,
};

/** How a row of the table becomes a route, by what stands behind it. */
const ADD: Readonly<Record<Source, Partial<Readonly<Record<Interaction, AddRoute>>>>> = {
  entry: OF_RECORDS,
  record: OF_RECORDS,
  patient: { read: addPatientReadRoute },
};

/** FHIR R4 for clients that know nothing of this system: what the table has, and no more. */
export async function fhirPlugin(app: ServiceApp, options: FhirOptions): Promise<void> {
  const { endpoint, opening } = options;
  const base = new URL(FHIR_BASE, endpoint).href;
  const reading = new FhirReading(opening);
  for (const row of FHIR_TABLE) {
    const add = ADD[row.source][row.interaction];
    if (add === undefined) throw new RangeError(`Nobody does ${row.interaction} of ${row.resourceType}`);
    add(app, row, { ...options, base, reading });
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
