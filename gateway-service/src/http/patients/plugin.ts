import type { ServiceApp } from '@careledger/service-kit';
import { enrolmentsOf, type EnrolmentsOptions } from './enrolments.js';
import { addPatientRoutes } from './routes.js';
import { PatientService, type PatientServiceOptions } from './service.js';

export type PatientsOptions = PatientServiceOptions & EnrolmentsOptions;

/** Patients: enrolment and tokens. */
export async function patientsPlugin(app: ServiceApp, options: PatientsOptions): Promise<void> {
  const patients = new PatientService(options);
  addPatientRoutes(app, patients, enrolmentsOf(options, patients));
}
