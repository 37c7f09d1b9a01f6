import type { DenialCode, GrantState, PolicyState, Ruling } from '@careledger/contracts';
import type { Permission } from '@careledger/domain';
import { whatIsMissing, type GrantTerms, type WhatIsAsked } from './coverage.js';
import { objectionOf, type Objection } from './denials.js';
import { isAbout, isDenial, isRevokedThrough, outweighs, type RevokedThrough } from './rule.js';

/** Who wants to do what with which record. */
export interface Request extends WhatIsAsked {
  readonly patientId: string;
  /** An authority, or the patient. */
  readonly requester: string;
  /** Who made the version that is to be read, or the record that is to be changed; absent for one yet to be made. */
  readonly author?: string | undefined;
}

/** What a decision needs to know of a grant or denial. */
export type StandingGrant = GrantTerms &
  Pick<GrantState, 'patientId' | 'authorityId' | 'grantId' | 'policySeq' | 'epoch'>;

/** What a decision needs to know of a patient's policy. */
export type PolicyNow = Pick<PolicyState, 'version'> & RevokedThrough;

/** What an author may do with a record of its own without a grant: look at it and correct it. */
const AUTHORS_PERMISSIONS: readonly Permission[] = ['read', 'modify'];

/**
 * The decision on a request: default deny. A pure function, so that every peer and every test comes to the same one, in
 * whatever order the grants come.
 *
 * A denial outweighs every grant, and names itself: of several the one that is certain of the record, else the first id.
 * One that a delegate made leaves what the patient has granted.
 * Of several grants that cover the request the permit names the one that lasts longest, and ends with it. A denial names
 * the one condition that alone stood in the way of a grant, else `NO_GRANT`.
 * @param grants the patient's grants and denials, or those about the requester
 * @param atMs the time at which it has to count
 */
export function decide(
  request: Request,
  { version: policyVersion, ...revokedThrough }: PolicyNow,
  grants: readonly StandingGrant[],
  atMs: number,
): Ruling {
  const { patientId, requester, author, permission } = request;
  if (requester === patientId) return { decision: 'permit', reason: 'OWNER', policyVersion };
  if (requester === author && AUTHORS_PERMISSIONS.includes(permission))
    return { decision: 'permit', reason: 'AUTHOR', policyVersion };
  const theirs = grants
    .filter((grant) => grant.patientId === patientId && isAbout(grant, requester))
    .sort(byGrantId);
  const objections = objectionsTo(request, theirs, atMs);
  let best: StandingGrant | undefined;
  let reason: DenialCode = 'NO_GRANT';
  for (const grant of theirs) {
    if (isDenial(grant) || grant.revokedAt !== undefined || isRevokedThrough(grant, revokedThrough)) continue;
    if (objections.some(({ denial }) => outweighs(denial, grant))) continue;
    const [only, more] = whatIsMissing(grant, request, atMs);
    if (only === undefined) best = best === undefined || endMsOf(grant) > endMsOf(best) ? grant : best;
    else if (more === undefined && reason === 'NO_GRANT') reason = only;
  }
  if (best === undefined) {
    const by = strongestOf(objections);
    if (by === undefined) return { decision: 'deny', reason, policyVersion };
    return { decision: 'deny', reason: by.reason, grantId: by.denial.grantId, policyVersion };
  }
  const { grantId, until } = best;
  const ends = until === undefined ? {} : { until };
  return { decision: 'permit', reason: 'GRANT', policyVersion, grantId, ...ends };
}

/** What a denial says to the request. */
interface Objecting {
  readonly denial: StandingGrant;
  readonly reason: Objection;
}

/** A revoke-all leaves denials as they are: it takes away, and ending one would give. */
const objectionsTo = (request: Request, rules: readonly StandingGrant[], atMs: number): Objecting[] =>
  rules.filter(isDenial).flatMap((denial) => {
    const reason = objectionOf(denial, request, atMs);
    return reason === undefined ? [] : [{ denial, reason }];
  });

const strongestOf = (objections: readonly Objecting[]): Objecting | undefined =>
  objections.find(({ reason }) => reason === 'DENIED_BY_RULE') ?? objections[0];

const endMsOf = ({ until }: StandingGrant): number => (until === undefined ? Infinity : Date.parse(until));

const byGrantId = (a: StandingGrant, b: StandingGrant): number => (a.grantId < b.grantId ? -1 : 1);
