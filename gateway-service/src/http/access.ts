import { requireRole } from '@careledger/service-kit';

/** The patient alone. */
export const byPatient = requireRole('patient');
/** The patient, or whoever brings what a practitioner signed. */
export const byPatientOrPractitioner = requireRole('patient', 'practitioner');
/** The patient, or whoever runs the gateway. */
export const byPatientOrOps = requireRole('patient', 'ops');
/** Nothing of it says what was measured. */
export const byPatientOpsOrAuditor = requireRole('patient', 'ops', 'auditor');
export const byPatientOrAuditor = requireRole('patient', 'auditor');
export const byOps = requireRole('ops');
export const byOpsOrSystem = requireRole('ops', 'system');
