import { createHash, randomBytes } from 'node:crypto';

/** A bearer token's place in a service's configuration. */
export interface TokenEntry {
  readonly sha256: string;
  readonly role: string;
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

/** One token for each role at one service. */
export type RoleTokens = Readonly<Record<'ops' | 'practitioner' | 'auditor' | 'system', string>>;

export const newRoleTokens = (): RoleTokens => ({
  ops: newToken(),
  practitioner: newToken(),
  auditor: newToken(),
  system: newToken(),
});

export const roleEntries = (tokens: RoleTokens): TokenEntry[] =>
  Object.entries(tokens).map(([role, token]) => tokenEntry(token, role));
