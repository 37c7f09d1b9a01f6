import { createHash, randomBytes } from 'node:crypto';

/** The patients' operator: whose gateways call every other service. */
export const PATIENTS_MSP = 'PatientsMSP';

/** A bearer token's place in a service's configuration. */
export interface TokenEntry {
  readonly sha256: string;
  readonly role: string;
  /** The organisation that it speaks for. */
  readonly mspId?: string;
  readonly patientIds?: readonly string[];
  readonly name?: string;
}

/** A random bearer token, fresh for every run. */
export const newToken = (): string => randomBytes(24).toString('base64url');

/** What the service that takes the token may know of it. */
export const tokenEntry = (token: string, role: string, more: Partial<TokenEntry> = {}): TokenEntry => ({
  sha256: createHash('sha256').update(token).digest('hex'),
  role,
  ...more,
});

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

/** What a service of organisation `mspId` is to know of its tokens; its people are the organisation's own. */
export const roleEntries = ({ system, ...people }: RoleTokens, mspId: string): TokenEntry[] => [
  ...Object.entries(people).map(([role, token]) => tokenEntry(token, role, { mspId })),
  ...Object.entries(system).map(([caller, token]) => tokenEntry(token, 'system', { mspId: caller })),
];

/** The token with which services of `mspId` call. @throws RangeError where none was drawn */
export function systemToken({ system }: RoleTokens, mspId: string): string {
  const token = system[mspId];
  if (token === undefined) throw new RangeError(`No token was drawn for callers of ${mspId}`);
  return token;
}
