import type { StatementBody, SubscriptionState, SubscriptionStatus } from '@careledger/contracts';
import { givenInAll, givenOfTerms, type Given } from '@careledger/domain';

/** Whether the patient has said yes, to all of it or to a part. */
export const isApproved = (status: SubscriptionStatus): boolean =>
  status === 'approved' || status === 'approved-in-part';

/** A request as it stands at a time: nobody writes down that one has lapsed. */
export function subscriptionAt<Row extends Pick<SubscriptionState, 'status' | 'lapsesAt'>>(
  row: Row,
  atMs: number,
): Row {
  const hasLapsed = row.status === 'pending' && Date.parse(row.lapsesAt) <= atMs;
  return hasLapsed ? { ...row, status: 'lapsed' } : row;
}

/** What may be kept, for the same purpose, and what is told in detail, is what may be read. */
export const isOfRead = ({
  copy,
  detail,
  permissions,
  purposes,
}: Pick<StatementBody<'grant'>, 'copy' | 'detail' | 'permissions' | 'purposes'>): boolean =>
  (copy === undefined && detail === undefined) ||
  (permissions.includes('read') && (copy === undefined || purposes.includes(copy.purpose)));

/**
 * How much a grant gives of what a subscription asks for, as far as that lies open. Which records a tag stands for does not:
 * that a grant is about fewer of those asked for is the patient's word (`isInPart`), and whether it is about others is seen
 * where the patient signs.
 * @param atMs a grant that begins later than then gives less
 */
export function givenBy(
  asked: Pick<SubscriptionState, 'permissions' | 'purposes' | 'until' | 'scopeHash' | 'copy' | 'detail'>,
  grant: StatementBody<'grant'>,
  atMs: number,
): Given {
  const { granteeTags, scopeTags, period, from, delegable, isInPart } = grant;
  const isOfEvery = scopeTags.length === 0;
  const records = asked.scopeHash === undefined ? (isOfEvery ? 'all' : 'part') : isOfEvery ? 'more' : 'all';
  const isNarrowed =
    isInPart === true || granteeTags.length > 0 || period !== undefined || Date.parse(from) > atMs;
  return givenInAll(
    givenOfTerms(asked, grant),
    records,
    delegable ? 'more' : 'all',
    isNarrowed ? 'part' : 'all',
  );
}
