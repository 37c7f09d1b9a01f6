import { principalOf, requireRole } from '@careledger/service-kit';
import type { FastifyRequest } from 'fastify';

/** The patient alone. */
export const byPatient = requireRole('patient');
/** The patient, or whoever brings what a practitioner signed. */
export const byPatientOrPractitioner = requireRole('patient', 'practitioner');
/** The patient, or whoever runs the gateway. */
export const byPatientOrOps = requireRole('patient', 'ops');
/** Nothing of it says what was measured. */
export const byPatientOpsOrAuditor = requireRole('patient', 'ops', 'auditor');
export const byPatientOrAuditor = requireRole('patient', 'auditor');
/** Whoever may decide for the patient: a delegate sees and does what its delegation lets it. */
export const byPatientOrDelegate = requireRole('patient', 'delegate');
export const byPatientDelegateOrAuditor = requireRole('patient', 'delegate', 'auditor');
export const byOps = requireRole('ops');
export const byOpsOrSystem = requireRole('ops', 'system');

/** The delegation by which a request is made; undefined for everybody but a delegate, who sees nothing beyond it. */
export const delegationOf = (request: FastifyRequest): string | undefined =>
  principalOf(request).delegationId;
