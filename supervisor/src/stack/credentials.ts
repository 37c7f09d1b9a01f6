import { randomBytes } from 'node:crypto';
import type { ServiceToken } from '@careledger/network-definition';

/** A random bearer token, fresh for every run. */
export const newToken = (): string => randomBytes(24).toString('base64url');

/** Tokens at one service: one for each role of people, and one for each organisation whose services call it. */
export interface RoleTokens {
  readonly ops: string;
  readonly practitioner: string;
  readonly auditor: string;
  /** By the MSP ID of the organisation that holds it. */
  readonly system: Readonly<Record<string, string>>;
}

/** @param callers MSP IDs of the organisations whose services call this one */
export const newRoleTokens = (callers: readonly string[]): RoleTokens => ({
  ops: newToken(),
  practitioner: newToken(),
  auditor: newToken(),
  system: Object.fromEntries(callers.map((mspId) => [mspId, newToken()])),
});

/** Who holds which of a service's tokens; its people are those of its own organisation, `mspId`. */
export const heldTokens = (
  { ops, practitioner, auditor, system }: RoleTokens,
  mspId: string,
): ServiceToken[] => [
  { token: ops, role: 'ops', mspId },
  { token: practitioner, role: 'practitioner', mspId },
  { token: auditor, role: 'auditor', mspId },
  ...Object.entries(system).map(([caller, token]) => ({ token, role: 'system', mspId: caller }) as const),
];

/** The token with which services of `mspId` call. @throws RangeError where none was drawn */
export function systemToken({ system }: RoleTokens, mspId: string): string {
  const token = system[mspId];
  if (token === undefined) throw new RangeError(`No token was drawn for callers of ${mspId}`);
  return token;
}
