import type { TagGroups } from '@careledger/domain';
import { bringsNotices, coversReading } from '@careledger/policy';
import type { Grant, GrantStore } from '../consent/grant-store.js';
import type { SubscriptionStore } from '../consent/subscription-store.js';

/** Grants by which a record's key is wrapped to their authorities. */
export function readingGrants(
  grants: Pick<GrantStore, 'active'>,
  patientNo: number,
  tagGroups: TagGroups,
  nowMs: number,
): Grant[] {
  return grants.active(patientNo).filter(({ body }) => coversReading(body, tagGroups, nowMs));
}

/** Authorities to whom a record's key is wrapped. */
export function readersOf(...asked: Parameters<typeof readingGrants>): string[] {
  return [...new Set(readingGrants(...asked).map(({ authorityId }) => authorityId))];
}

/** Authorities that are told of an emergency directly. */
export function noticeRecipientsOf(
  stores: { readonly grants: GrantStore; readonly subscriptions: SubscriptionStore },
  patientNo: number,
  tagGroups: TagGroups,
  nowMs: number,
): string[] {
  const subscriptions = stores.subscriptions.list(patientNo);
  const telling = readingGrants(stores.grants, patientNo, tagGroups, nowMs).filter(({ body, authorityId }) =>
    bringsNotices(
      body,
      subscriptions.filter((subscription) => subscription.authorityId === authorityId),
      nowMs,
    ),
  );
  return [...new Set(telling.map(({ authorityId }) => authorityId))];
}
