import type { AuthConfig } from '../config/service-config.js';
import { TrustedIssuers, isJwt } from '../issuers/trusted-issuers.js';
import { IssuerUnavailable, TokenRefusal } from '../issuers/token-refusal.js';
import type { Principal } from './principal.js';
import { ProblemError } from './problems.js';

/** Who holds a token of a trusted issuer; undefined where no issuer makes such tokens. */
export type FindIssued = (token: string) => Promise<Principal | undefined>;

/**
 * @param mspId the organisation that runs the service
 * @throws RangeError for an issuer that cannot be trusted as it is configured
 */
export function issuedTokens({ issuers = [] }: AuthConfig, mspId: string | undefined): FindIssued {
  if (issuers.length === 0) return () => Promise.resolve(undefined);
  if (mspId === undefined) throw new RangeError('auth.issuers: this service takes tokens of no issuer');
  const trusted = new TrustedIssuers(issuers, { mspId });
  return async (token) => (isJwt(token) ? principalOf(trusted, token) : undefined);
}

/** @throws ProblemError UNAUTHENTICATED, ISSUER_UNAVAILABLE */
async function principalOf(trusted: TrustedIssuers, token: string): Promise<Principal> {
  try {
    const { holderSha256: tokenSha256, ...holder } = await trusted.verify(token);
    return { ...holder, tokenSha256, patientIds: new Set() };
  } catch (cause) {
    if (cause instanceof TokenRefusal)
      throw new ProblemError('UNAUTHENTICATED', cause.message, {
        cause,
        members: { reason: cause.reason },
      });
    throw asProblem(cause);
  }
}

/** What callers are told where an issuer is away; any other failure stays what it is. */
export const asProblem = (cause: unknown): unknown =>
  cause instanceof IssuerUnavailable
    ? new ProblemError('ISSUER_UNAVAILABLE', cause.message, {
        cause,
        members: { retryAfterS: cause.retryAfterS },
      })
    : cause;
