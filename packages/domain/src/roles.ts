/** Who may hold a bearer token at a service, and therefore call its REST routes. */
export const ROLES = ['patient', 'ops', 'practitioner', 'auditor', 'system'] as const;
export type Role = (typeof ROLES)[number];
