import type { Grant, GrantStore } from './grant-store.js';
import type { SubscriptionStore } from './subscription-store.js';

/** Whether a grant lets its authority read a record with these tags now or later. */
export function coversReading({ status, body }: Grant, scopeTags: readonly string[], nowMs: number): boolean {
  return (
    status === 'active' &&
    body.permissions.includes('read') &&
    (body.until === undefined || Date.parse(body.until) > nowMs) &&
    (body.scopeTags.length === 0 || body.scopeTags.some((tag) => scopeTags.includes(tag)))
  );
}

/**
 * Authorities to whom a record's key is wrapped: those with a grant to read that covers it. One whose time has not come
 * yet counts: providers and ledger keep the record from its authority until then.
 */
export function readersOf(
  grants: GrantStore,
  patientNo: number,
  scopeTags: readonly string[],
  nowMs: number,
): string[] {
  const covering = grants.list(patientNo).filter((grant) => coversReading(grant, scopeTags, nowMs));
  return [...new Set(covering.map(({ authorityId }) => authorityId))];
}

/** Authorities that are told of an emergency straight away: subscribed, and allowed to read it now. */
export function noticeRecipientsOf(
  stores: { readonly grants: GrantStore; readonly subscriptions: SubscriptionStore },
  patientNo: number,
  scopeTags: readonly string[],
  nowMs: number,
): string[] {
  const readers = stores.grants
    .list(patientNo)
    .filter((grant) => coversReading(grant, scopeTags, nowMs) && Date.parse(grant.body.from) <= nowMs);
  const ids = new Set(readers.map(({ authorityId }) => authorityId));
  return stores.subscriptions.approved(patientNo).filter((authorityId) => ids.has(authorityId));
}
