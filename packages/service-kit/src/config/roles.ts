/** Who calls a service's HTTP API. */
export const ROLES = ['patient', 'ops', 'practitioner', 'auditor', 'system'] as const;
export type Role = (typeof ROLES)[number];
