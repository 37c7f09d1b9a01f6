import type { Decision, DenialCode, PolicyState } from '@careledger/contracts';
import type { Permission, PurposeOfUse } from '@careledger/domain';
import type { LiveGrant } from './families.js';

/** Who wants to do what with which record. */
export interface Request {
  readonly patientId: string;
  readonly requester: string;
  readonly granteeTags: readonly string[];
  readonly permission: Permission;
  readonly purpose: PurposeOfUse;
  readonly scopeTags: readonly string[];
  readonly author?: string;
}

/** What an author may do with a record of its own without a grant: look at it and correct it. */
const AUTHORS_PERMISSIONS: readonly Permission[] = ['read', 'modify'];

/**
 * The decision, from what lies in the state: default deny. A pure function, so that every peer and every test
 * comes to the same one.
 * @param grants the patient's grants to the requester
 */
export function decide(
  request: Request,
  policy: PolicyState,
  grants: readonly LiveGrant[],
  atMs: number,
): Decision {
  const { patientId, requester, author, permission } = request;
  const policyVersion = policy.version;
  if (requester === patientId) return { decision: 'permit', reason: 'OWNER', policyVersion };
  if (requester === author && AUTHORS_PERMISSIONS.includes(permission))
    return { decision: 'permit', reason: 'AUTHOR', policyVersion };
  const standing = grants.filter(({ policySeq }) => policySeq > policy.revokedThroughSeq);
  let reason: DenialCode = 'NO_GRANT';
  for (const grant of standing) {
    const missing = whatIsMissing(grant, request, atMs);
    const [only, more] = missing;
    if (only === undefined)
      return { decision: 'permit', reason: 'GRANT', policyVersion, grantId: grant.grantId };
    if (more === undefined && reason === 'NO_GRANT') reason = only;
  }
  return { decision: 'deny', reason, policyVersion };
}

/** Each condition that a grant does not meet. A denial names the one that alone stood in the way of a grant. */
function whatIsMissing(grant: LiveGrant, request: Request, atMs: number): DenialCode[] {
  const { permissions, granteeTags, purposes, scopeTags, from, until } = grant;
  const begun = Date.parse(from) <= atMs;
  const ended = until !== undefined && Date.parse(until) <= atMs;
  const conditions: readonly (readonly [boolean, DenialCode])[] = [
    [permissions.includes(request.permission), 'PERMISSION_NOT_GRANTED'],
    [covers(granteeTags, request.granteeTags), 'GRANTEE_MISMATCH'],
    [purposes.includes(request.purpose), 'PURPOSE_NOT_GRANTED'],
    [covers(scopeTags, request.scopeTags), 'SCOPE_NOT_GRANTED'],
    [begun && !ended, 'GRANT_EXPIRED'],
  ];
  return conditions.flatMap(([met, code]) => (met ? [] : [code]));
}

/** No tags in a grant: no restriction. */
const covers = (granted: readonly string[], asked: readonly string[]): boolean =>
  granted.length === 0 || granted.some((tag) => asked.includes(tag));
