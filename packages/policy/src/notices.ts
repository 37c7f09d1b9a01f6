import type { GrantState, SubscriptionState } from '@careledger/contracts';
import { isInForce, type Timed } from './coverage.js';
import { isDenial } from './rule.js';
import { isApproved } from './subscriptions.js';

/**
 * Whether a grant brings notices of emergencies: it lets read now, and either stands by itself or comes from a
 * subscription that the authority has not cancelled.
 * @param subscriptions of the grant's patient and authority
 */
export function bringsNotices(
  grant: Timed & Pick<GrantState, 'effect' | 'permissions' | 'subscriptionId'>,
  subscriptions: readonly Pick<SubscriptionState, 'subscriptionId' | 'status'>[],
  atMs: number,
): boolean {
  if (isDenial(grant) || !grant.permissions.includes('read') || !isInForce(grant, atMs)) return false;
  const { subscriptionId } = grant;
  if (subscriptionId === undefined) return true;
  return subscriptions.some((row) => row.subscriptionId === subscriptionId && isApproved(row.status));
}
