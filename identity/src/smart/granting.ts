import { resourceScopesOf } from '@careledger/service-kit';
import { isService, type Client } from '../clients/clients.js';

/** Scopes about the sign-in itself; all others are about a service. */
export const SIGN_IN_SCOPES = ['openid', 'offline_access', 'profile', 'fhirUser', 'launch', 'launch/patient'];
const ROLE_SCOPE = /^careledger\/(ops|auditor|system)$/;

/**
 * Of the scopes that are asked for, those about services that a client may have: understood, for the likes of it, and within
 * what it was registered for. What is left out is not granted; nothing is widened to fit.
 */
export const grantable = (requested: readonly string[], client: Client): string[] =>
  requested.filter((scope) =>
    ROLE_SCOPE.test(scope) ? client.scopes.includes(scope) : isResourceGrantable(scope, client),
  );

/** Of those, what somebody in this role may have. */
export const grantableTo = (role: string, scopes: readonly string[]): string[] =>
  scopes.filter((scope) => {
    const named = ROLE_SCOPE.exec(scope)?.[1];
    return named === undefined ? role === 'practitioner' : named === role;
  });

function isResourceGrantable(scope: string, client: Client): boolean {
  const [wanted] = resourceScopesOf([scope]);
  if (wanted === undefined || isService(client) !== (wanted.level === 'system')) return false;
  return resourceScopesOf(client.scopes).some(
    ({ level, resourceType, interactions, category }) =>
      level === wanted.level &&
      (resourceType === '*' || resourceType === wanted.resourceType) &&
      wanted.interactions.isSubsetOf(interactions) &&
      (category === undefined || category === wanted.category),
  );
}
