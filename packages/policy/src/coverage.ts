import type { DenialCode, GrantState } from '@careledger/contracts';
import type { Permission, PurposeOfUse, TagGroups } from '@careledger/domain';

/** What of a grant says when it is in force. */
export type Timed = Pick<GrantState, 'from' | 'until' | 'revokedAt'>;

/** What of a grant says whether it covers something. */
export type GrantTerms = Timed & Pick<GrantState, 'granteeTags' | 'permissions' | 'scopeTags' | 'purposes'>;

/** What is asked of a grant: by whom within the authority, to what end, and about which tags. */
export interface WhatIsAsked {
  readonly granteeTags: readonly string[];
  readonly permission: Permission;
  readonly purpose: PurposeOfUse;
  /** The record's tag groups as it stands; of one that is yet to be made, as it is to become. */
  readonly tagGroups: TagGroups;
  /** As its next version is to become: a change must not lead out of what is granted either. */
  readonly revisedTagGroups?: TagGroups | undefined;
}

/**
 * Whether a grant is neither revoked nor over; it may begin later. A revocation counts whatever its date: the clock that
 * dated it may be ahead of this one.
 */
export function isStanding({ until, revokedAt }: Omit<Timed, 'from'>, atMs: number): boolean {
  return revokedAt === undefined && (until === undefined || Date.parse(until) > atMs);
}

/** Whether a grant counts at a time: from its first millisecond to just before its end. */
export function isInForce(grant: Timed, atMs: number): boolean {
  return isStanding(grant, atMs) && Date.parse(grant.from) <= atMs;
}

/**
 * Whether a scope covers a record. No scope covers everything. A scope covers a record when it shares a tag with each of
 * its groups: a record that holds one thing besides is not covered, and neither is one that does not say what it holds.
 */
export function coversTags(scopeTags: readonly string[], tagGroups: TagGroups): boolean {
  if (scopeTags.length === 0) return true;
  return tagGroups.length > 0 && tagGroups.every((group) => group.some((tag) => scopeTags.includes(tag)));
}

/** Whether a grant covers who asks within the authority. No tags in the grant: anybody there. */
function coversGrantee(granteeTags: readonly string[], asked: readonly string[]): boolean {
  return granteeTags.length === 0 || granteeTags.some((tag) => asked.includes(tag));
}

/** Whether a grant gives a right for a purpose, to anybody, for anything and at any time. */
export function gives(
  { permissions, purposes }: Pick<GrantState, 'permissions' | 'purposes'>,
  permission: Permission,
  purpose: PurposeOfUse,
): boolean {
  return permissions.includes(permission) && purposes.includes(purpose);
}

/** Each condition that the grant does not meet, by the code of a denial; none where it covers the request. */
export function whatIsMissing(grant: GrantTerms, asked: WhatIsAsked, atMs: number): DenialCode[] {
  const { permissions, granteeTags, purposes, scopeTags } = grant;
  const { tagGroups, revisedTagGroups = tagGroups } = asked;
  const inScope = coversTags(scopeTags, tagGroups) && coversTags(scopeTags, revisedTagGroups);
  const conditions: readonly (readonly [boolean, DenialCode])[] = [
    [permissions.includes(asked.permission), 'PERMISSION_NOT_GRANTED'],
    [coversGrantee(granteeTags, asked.granteeTags), 'GRANTEE_MISMATCH'],
    [purposes.includes(asked.purpose), 'PURPOSE_NOT_GRANTED'],
    [inScope, 'SCOPE_NOT_GRANTED'],
    [isInForce(grant, atMs), 'GRANT_EXPIRED'],
  ];
  return conditions.flatMap(([met, code]) => (met ? [] : [code]));
}

/** Whether the grant covers all of the request. */
export function coversRequest(grant: GrantTerms, asked: WhatIsAsked, atMs: number): boolean {
  return whatIsMissing(grant, asked, atMs).length === 0;
}

/**
 * Whether a grant lets its authority read a record now or later: who gets the record's key wrapped. One whose time has
 * not come counts, since providers and ledger keep the record from its authority until then.
 */
export function coversReading(
  grant: Omit<Timed, 'from'> & Pick<GrantState, 'permissions' | 'scopeTags'>,
  tagGroups: TagGroups,
  atMs: number,
): boolean {
  const { permissions, scopeTags } = grant;
  return permissions.includes('read') && isStanding(grant, atMs) && coversTags(scopeTags, tagGroups);
}
