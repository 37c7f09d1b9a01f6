import { approvalOf, type GrantTerms } from '@careledger/consent';
import { askedScopeHash, copyUnitHash } from '@careledger/envelope/portable';
import type { AskedSubscription } from './answers.js';
import { SignerError } from './errors.js';
import { sha256 } from './primitives.js';

/**
 * The grant that approves a request, wholly or in part. The hash of the records that the gateway shows goes into it: where the
 * authority asked for others, no ledger takes it. Nor does one where the gateway shows more rights or more time than were asked for.
 * @param said what the patient says narrows the request
 * @throws SignerError `REQUEST_DIFFERS`, `REQUEST_EXCEEDED`
 */
export function approvalTerms(request: AskedSubscription, said: Partial<GrantTerms>): GrantTerms {
  const { asked, copy, copyUnit, scopeHash, subscriptionId } = request;
  if (scopeHash !== (asked && askedScopeHash(sha256, asked)))
    throw new SignerError(
      'REQUEST_DIFFERS',
      `The gateway does not show which records request ${subscriptionId} is about`,
    );
  if (copy?.unitHash !== (copyUnit && copyUnitHash(sha256, copyUnit)))
    throw new SignerError(
      'REQUEST_DIFFERS',
      `The gateway does not show where request ${subscriptionId} would have a copy kept`,
    );
  const { given, terms } = approvalOf(sha256, request, said);
  if (given !== 'more') return terms;
  throw new SignerError(
    'REQUEST_EXCEEDED',
    `Request ${subscriptionId} asks for less: narrow it, or grant the rest without naming it`,
  );
}
