import type { SubscriptionState } from '@careledger/contracts';
import type { HashFunction } from '@careledger/crypto/portable';
import { givenInAll, givenOfScope, givenOfTerms, type Given } from '@careledger/domain';
import { askedScopeHash, copyUnitHash } from '@careledger/envelope/portable';
import type { AskedScope, CopyUnit } from '@careledger/protocol/sealed';
import type { AllowedCopy, GrantTerms } from './grant-body.js';

/** What an authority asks for, as the patient is shown it. */
export type AskedTerms = Pick<
  SubscriptionState,
  'subscriptionId' | 'authorityId' | 'permissions' | 'purposes' | 'until' | 'copy' | 'detail'
> & { readonly asked?: AskedScope | undefined; readonly copyUnit?: CopyUnit | undefined };

/** How an answer relates to what was asked, and the answer. */
export interface Approval {
  /** `more`: it is no answer, and no ledger takes it as one. */
  readonly given: Given;
  readonly terms: GrantTerms;
}

/**
 * A grant that approves a request. What the patient does not say is as was asked; a scope within the records asked for, fewer
 * permissions or purposes, a shorter time, no copy, no single values make it one in part. The records go by the words that the patient is shown: their hash
 * goes into the grant, so that the ledger sees whether those were the authority's.
 * @param hash SHA-256
 */
export function approvalOf(hash: HashFunction, request: AskedTerms, said: Partial<GrantTerms>): Approval {
  const { subscriptionId, authorityId, permissions, purposes, until, detail, asked } = request;
  const scope = asked?.scope;
  const wanted: GrantTerms = {
    ...{ permissions, purposes, until, detail, copy: copyAsked(hash, request) },
    ...(scope !== undefined && { scope }),
    ...said,
    ...{ authorityId, subscriptionId },
  };
  const { copy, detail: wantedDetail, ...others } = wanted;
  const terms: GrantTerms = {
    ...others,
    ...(copy !== undefined && isReadAt(copy, wanted) && { copy }),
    ...(wantedDetail !== undefined && wanted.permissions.includes('read') && { detail: wantedDetail }),
  };
  const given = givenInAll(
    givenOfTerms(request, terms),
    givenOfScope(scope ?? [], terms.scope ?? []),
    terms.delegable === true ? 'more' : 'all',
    (terms.grantee ?? []).length > 0 || terms.period !== undefined ? 'part' : 'all',
  );
  return {
    given,
    terms: {
      ...terms,
      ...(asked !== undefined && { askedScopeHash: askedScopeHash(hash, asked) }),
      ...(given === 'part' && { isInPart: true }),
    },
  };
}

/** In the words that the patient is shown: where those are not the authority's, no ledger takes the grant. */
const copyAsked = (hash: HashFunction, { copy, copyUnit }: AskedTerms): AllowedCopy | undefined =>
  copy && copyUnit && { ...copyUnit, purpose: copy.purpose, unitHash: copyUnitHash(hash, copyUnit) };

/** Whether that unit may read for that purpose: who narrows a grant to others takes the copy away as well. */
const isReadAt = (
  { purpose, unit }: AllowedCopy,
  { permissions, purposes, grantee = [] }: GrantTerms,
): boolean =>
  permissions.includes('read') &&
  purposes.includes(purpose) &&
  (grantee.length === 0 || grantee.some((each) => 'unit' in each && each.unit === unit));
