/** Who calls a service's HTTP door. */
export const ROLES = ['patient', 'ops', 'practitioner', 'auditor', 'system'] as const;
export type Role = (typeof ROLES)[number];
