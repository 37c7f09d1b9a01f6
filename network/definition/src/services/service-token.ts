import { createHash } from 'node:crypto';

/** A bearer token that a service takes, and who holds it. */
export interface ServiceToken {
  readonly token: string;
  /** `system`: another service. */
  readonly role: 'ops' | 'practitioner' | 'auditor' | 'system';
  /** The organisation that it speaks for. */
  readonly mspId: string;
  /** Whom the log names. */
  readonly name?: string;
  /** Of a practitioner: the unit to which the token is bound. */
  readonly unit?: string;
}

/** A token in a service's configuration: by its hash, so that the configuration opens nothing. */
export interface TokenEntry extends Omit<ServiceToken, 'token'> {
  readonly sha256: string;
}

export const tokenEntry = ({ token, ...holder }: ServiceToken): TokenEntry => ({
  sha256: createHash('sha256').update(token).digest('hex'),
  ...holder,
});

/** The token with which services of an organisation call. @throws RangeError where none was drawn */
export function systemTokenOf(tokens: readonly ServiceToken[], mspId: string): string {
  const held = tokens.find((token) => token.role === 'system' && token.mspId === mspId);
  if (held === undefined) throw new RangeError(`No token was drawn for services of ${mspId}`);
  return held.token;
}
