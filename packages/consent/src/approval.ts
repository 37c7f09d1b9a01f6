import type { SubscriptionState } from '@careledger/contracts';
import type { HashFunction } from '@careledger/crypto/portable';
import { givenInAll, givenOfScope, givenOfTerms, type Given } from '@careledger/domain';
import { askedScopeHash } from '@careledger/envelope/portable';
import type { AskedScope } from '@careledger/protocol/sealed';
import type { GrantTerms } from './grant-body.js';

/** What an authority asks for, as the patient is shown it. */
export type AskedTerms = Pick<
  SubscriptionState,
  'subscriptionId' | 'authorityId' | 'permissions' | 'purposes' | 'until'
> & { readonly asked?: AskedScope | undefined };

/** How an answer relates to what was asked, and the answer. */
export interface Approval {
  /** `more`: it is no answer, and no ledger takes it as one. */
  readonly given: Given;
  readonly terms: GrantTerms;
}

/**
 * A grant that approves a request. What the patient does not say is as was asked; a scope within the records asked for, fewer
 * permissions or purposes, a shorter time make it one in part. The records go by the words that the patient is shown: their hash
 * goes into the grant, so that the ledger sees whether those were the authority's.
 * @param hash SHA-256
 */
export function approvalOf(hash: HashFunction, request: AskedTerms, said: Partial<GrantTerms>): Approval {
  const { subscriptionId, authorityId, permissions, purposes, until, asked } = request;
  const scope = asked?.scope;
  const terms: GrantTerms = {
    ...{ permissions, purposes, until },
    ...(scope !== undefined && { scope }),
    ...said,
    ...{ authorityId, subscriptionId },
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
