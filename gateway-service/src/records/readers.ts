import type { StatementBody } from '@careledger/contracts';
import { bringsNotices, readingGrants, type RecordTerms } from '@careledger/policy';
import type { GrantStore } from '../consent/grant-store.js';
import type { SubscriptionStore } from '../consent/subscription-store.js';

/** Of a grant that says nothing of it. */
const FIRST_RANK = 1;

/** Grants by which a record's key is wrapped to their authorities. */
function grantsOf(
  grants: Pick<GrantStore, 'active'>,
  patientNo: number,
  record: RecordTerms,
  nowMs: number,
): StatementBody<'grant'>[] {
  const rules = grants.active(patientNo).map(({ body }) => body);
  return readingGrants(rules, record, nowMs);
}

/** Authorities to whom a record's key is wrapped. */
export function readersOf(...asked: Parameters<typeof grantsOf>): string[] {
  return [...new Set(grantsOf(...asked).map(({ authorityId }) => authorityId))];
}

/** Who is told of an emergency directly. */
export interface NoticeRecipient {
  readonly authorityId: string;
  /** Those of a lower rank are told first (as in FHIR, ContactPoint.rank). */
  readonly rank: number;
}

/** Authorities that are told of an emergency directly, by the best rank that a grant gives them. */
export function noticeRecipientsOf(
  stores: {
    readonly grants: Pick<GrantStore, 'active'>;
    readonly subscriptions: Pick<SubscriptionStore, 'list'>;
  },
  patientNo: number,
  record: RecordTerms,
  nowMs: number,
): NoticeRecipient[] {
  const subscriptions = stores.subscriptions.list(patientNo);
  const ranks = new Map<string, number>();
  for (const body of grantsOf(stores.grants, patientNo, record, nowMs)) {
    const { authorityId } = body;
    const own = subscriptions.filter((subscription) => subscription.authorityId === authorityId);
    if (!bringsNotices(body, own, nowMs)) continue;
    const rank = body.noticeRank ?? FIRST_RANK;
    ranks.set(authorityId, Math.min(rank, ranks.get(authorityId) ?? rank));
  }
  return [...ranks].map(([authorityId, rank]) => ({ authorityId, rank }));
}
