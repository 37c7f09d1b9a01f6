import type { ServiceApp } from '@careledger/service-kit';
import { addPatientNumberRoutes, type PatientNumberRouteOptions } from './routes.js';

/** The organisation's own numbers of patients: brought by its systems, shown at `/fhir`. */
export async function patientNumbersPlugin(
  app: ServiceApp,
  options: PatientNumberRouteOptions,
): Promise<void> {
  addPatientNumberRoutes(app, options);
}
