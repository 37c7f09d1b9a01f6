import type { ServiceApp } from '@careledger/service-kit';
import { addPatientRoutes } from './routes.js';
import { PatientService, type PatientServiceOptions } from './service.js';

/** Patients: enrolment and tokens. */
export async function patientsPlugin(app: ServiceApp, options: PatientServiceOptions): Promise<void> {
  addPatientRoutes(app, new PatientService(options));
}
