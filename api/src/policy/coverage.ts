import type { GrantState, SubscriptionState } from '@careledger/contracts';
import type { Permission, PurposeOfUse } from '@careledger/domain';

/** What of a grant its place in time depends on. */
type Timed = Pick<GrantState, 'from' | 'until' | 'revokedAt'>;

/** Whether a grant stands at a time, as the chaincode sees it. */
export function isInForce({ from, until, revokedAt }: Timed, atMs: number): boolean {
  const begun = Date.parse(from) <= atMs;
  const ended = until !== undefined && Date.parse(until) <= atMs;
  return revokedAt === undefined && begun && !ended;
}

/** No tags in a grant: every record. */
export const coversScope = (grant: Pick<GrantState, 'scopeTags'>, scopeTags: readonly string[]): boolean =>
  grant.scopeTags.length === 0 || grant.scopeTags.some((tag) => scopeTags.includes(tag));

/** No tags in a grant: anybody within the authority. */
export const coversGrantee = (
  grant: Pick<GrantState, 'granteeTags'>,
  granteeTags: readonly string[],
): boolean => grant.granteeTags.length === 0 || grant.granteeTags.some((tag) => granteeTags.includes(tag));

/** Whether a grant gives a right for a purpose, to anybody and for anything. */
export const gives = (
  grant: Pick<GrantState, 'permissions' | 'purposes'>,
  permission: Permission,
  purpose: PurposeOfUse,
): boolean => grant.permissions.includes(permission) && grant.purposes.includes(purpose);

/**
 * Whether a grant brings notices: it lets read, and either stands by itself or comes from a subscription that the
 * authority has not cancelled.
 */
export function bringsNotices(
  grant: Timed & Pick<GrantState, 'permissions' | 'subscriptionId'>,
  subscriptions: readonly Pick<SubscriptionState, 'subscriptionId' | 'status'>[],
  atMs: number,
): boolean {
  if (!grant.permissions.includes('read') || !isInForce(grant, atMs)) return false;
  const { subscriptionId } = grant;
  if (subscriptionId === undefined) return true;
  return subscriptions.some((row) => row.subscriptionId === subscriptionId && row.status === 'approved');
}
