import { meaningOf } from '@careledger/consent';
import type { StatementBody } from '@careledger/contracts';
import { hmacSha256 } from '@careledger/crypto';
import { ANY, type ScopeTerm } from '@careledger/domain';
import type { Delegation, Grant } from '../../consent/index.js';
import type { SubscriptionView } from './schemas.js';

/** What a request is held against. */
export interface ShownTo {
  readonly delegation: Delegation;
  /** Of the patient, for the tags of what is asked for. */
  readonly scopeKey: Uint8Array;
  /** The grant that approved it, where this gateway knows it. */
  readonly grant: Grant | undefined;
}

/**
 * Whether a delegate sees what an authority asks of the patient: what is open, and it might approve at least in part, and what it, or
 * those whom it appointed, have approved. Of records in words: what is asked for, or something wider, is among those of its
 * delegation. An authority that asks for every record it sees.
 */
export function isShown(asked: SubscriptionView, { delegation, scopeKey, grant }: ShownTo): boolean {
  const { delegationId, terms } = delegation;
  if (grant !== undefined) return grant.body.path?.includes(delegationId) === true;
  if (asked.status !== 'pending' || !terms.acts.includes('approve')) return false;
  return (
    asked.permissions.some((permission) => terms.permissions.includes(permission)) &&
    asked.purposes.some((purpose) => terms.purposes.includes(purpose)) &&
    isOfRecords(asked, terms.scopeTags, scopeKey)
  );
}

function isOfRecords(
  { authorityId, asked }: SubscriptionView,
  tags: StatementBody<'grant'>['scopeTags'],
  scopeKey: Uint8Array,
): boolean {
  if (tags.length === 0 || asked === undefined) return true;
  const scope = asked.scope.flatMap(widened);
  return meaningOf(hmacSha256, scopeKey, { authorityId, scope }).scope.some(({ tag }) => tags.includes(tag));
}

/** A term, and those that are about all that it is about. */
function widened(term: ScopeTerm): ScopeTerm[] {
  if ('category' in term)
    return [term.category, ANY].flatMap((category) =>
      [term.resourceType, ANY].map((resourceType) => ({ category, resourceType })),
    );
  return 'author' in term && term.practitionerId !== undefined ? [term, { author: term.author }] : [term];
}
