/** Who calls a service's HTTP API. */
export const ROLES = ['patient', 'delegate', 'ops', 'practitioner', 'auditor', 'system'] as const;
export type Role = (typeof ROLES)[number];
/** Those of whom a configuration may say whose token is whose: a delegate's ends with its delegation, which a service knows. */
export const CONFIGURED_ROLES = ROLES.filter((role) => role !== 'delegate');
export type ConfiguredRole = (typeof CONFIGURED_ROLES)[number];
