import type { IssuerConfig } from '../config/issuer-config.js';
import { SmartDiscovery, type SmartConfiguration } from '../issuers/smart-discovery.js';
import { asProblem } from './issued-tokens.js';

/**
 * Says where people of an organisation sign in: at the first issuer that is bound to it. Undefined where there is none.
 * What it returns throws ProblemError ISSUER_UNAVAILABLE.
 */
export function signInPlace(
  issuers: readonly IssuerConfig[],
  mspId: string,
): (() => Promise<SmartConfiguration>) | undefined {
  const own = issuers.find((issuer) => issuer.mspId === mspId);
  if (own === undefined) return undefined;
  const discovery = new SmartDiscovery(own);
  return () =>
    discovery.configuration().catch((cause: unknown) => {
      throw asProblem(cause);
    });
}
