import { readStatementId, type StatementRef } from '@careledger/fhir';
import { isWithinScopes, type Principal } from '@careledger/service-kit';

/** What scopes are held to, of a resource of a type that no scope divides into categories. */
export const kindsOf = (resourceType: string) => [{ resourceType, categories: [] }];

/** Whether a token lets somebody find such resources of a patient's. */
export const maySearch = (principal: Principal, resourceType: string, patientId: string): boolean =>
  isWithinScopes(principal, { patientId, kinds: kindsOf(resourceType), does: 's' });

/**
 * The statement that an id names, where a token lets somebody find such resources of its patient's. Undefined also for a patient whom
 * the token is not for: how long an answer takes says nothing of what there is.
 */
export function searchedStatement(
  id: string,
  resourceType: string,
  principal: Principal,
): StatementRef | undefined {
  const ref = readStatementId(id);
  return ref !== undefined && maySearch(principal, resourceType, ref.patientId) ? ref : undefined;
}
