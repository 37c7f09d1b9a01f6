import type { DenialCode, GrantState, TagConfirmation } from '@careledger/contracts';
import type { Period, Permission, PurposeOfUse, RecordKind, TagGroups } from '@careledger/domain';
import { isDenial } from './rule.js';

/** What of a grant says when it is in force. */
export type Timed = Pick<GrantState, 'from' | 'until' | 'revokedAt'>;

/** What of a grant says which records it is about. */
export type RecordScope = Pick<GrantState, 'scopeTags' | 'period' | 'detail'>;

/** What of a grant says whether it covers something. */
export type GrantTerms = Timed &
  RecordScope &
  Pick<GrantState, 'effect' | 'granteeTags' | 'permissions' | 'purposes' | 'path'>;

/** What is known of a version of a record without opening it. */
export interface RecordTerms {
  /** One group per kind of resource in it; of one that is yet to be made, as it is to become. */
  readonly tagGroups: TagGroups;
  /** Of which time it tells; absent where no such record is known. */
  readonly period?: Period | undefined;
  /** The tags are another author's word, which the patient's gateway has not confirmed, or could not in full. */
  readonly isUnconfirmed?: boolean | undefined;
  /** It tells single measured values. */
  readonly isDetail?: boolean | undefined;
}

/** What the ledger has of what a version holds. */
export interface TaggedVersion<Time extends Period | undefined = Period | undefined> {
  readonly patientId: string;
  /** Who made this version: patient or authority. */
  readonly author: string;
  /** Of the record: no version changes it. */
  readonly kind: RecordKind;
  /** By its author's word. */
  readonly tagGroups: TagGroups;
  /** By the patient's gateway; of another author's version alone. */
  readonly confirmations?: readonly TagConfirmation[] | undefined;
  readonly period: Time;
}

/**
 * What a version holds by the ledger. Only the patient's gateway has the key to every tag: another author, by mistake or by
 * will, leaves out what it has not been told of. So what the gateway has found in it counts instead, for this version alone.
 */
export function termsOnRecord<Time extends Period | undefined>({
  patientId,
  author,
  kind,
  tagGroups,
  confirmations,
  period,
}: TaggedVersion<Time>): {
  tagGroups: TagGroups;
  period: Time;
  isUnconfirmed: boolean;
  isDetail: boolean;
} {
  const isDetail = isDetailKind(kind);
  if (author === patientId) return { tagGroups, period, isUnconfirmed: false, isDetail };
  const found = confirmations?.at(-1);
  if (found === undefined) return { tagGroups, period, isUnconfirmed: true, isDetail };
  return { tagGroups: found.tagGroups, period, isUnconfirmed: found.uncategorised === true, isDetail };
}

/** Whether records of a kind are covered only by grants that say so. */
export const isDetailKind = (kind: RecordKind): boolean => kind === 'detail';

/** What is asked of a grant: by whom within the authority, to what end, and about which tags. */
export interface WhatIsAsked extends RecordTerms {
  readonly granteeTags: readonly string[];
  readonly permission: Permission;
  readonly purpose: PurposeOfUse;
  /** As its next version is to become: a change must not lead out of what is granted either. */
  readonly revisedTagGroups?: TagGroups | undefined;
  readonly revisedPeriod?: Period | undefined;
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

/** Whether a grant goes into as much detail as a record does. */
const coversDetail = ({ detail }: RecordScope, { isDetail }: RecordTerms): boolean =>
  isDetail !== true || detail === true;

/** Whether a grant is about a record: by its tags, and by the time of which the record tells. */
function coversRecord({ scopeTags, period }: RecordScope, record: RecordTerms): boolean {
  return coversTags(scopeTags, record.tagGroups) && (period === undefined || isWithin(record.period, period));
}

/** Whether all of a record's time lies in a grant's. */
function isWithin(recorded: Period | undefined, { start, end }: Period): boolean {
  if (recorded === undefined) return false;
  return Date.parse(start) <= Date.parse(recorded.start) && Date.parse(recorded.end) <= Date.parse(end);
}

/** The record as its next version is to become. */
export const revisedOf = ({
  tagGroups,
  period,
  revisedTagGroups,
  revisedPeriod,
}: WhatIsAsked): RecordTerms => ({
  tagGroups: revisedTagGroups ?? tagGroups,
  period: revisedPeriod ?? period,
});

/** Whether a grant covers who asks within the authority. No tags in the grant: anybody there. */
function coversGrantee(granteeTags: readonly string[], asked: readonly string[]): boolean {
  return granteeTags.length === 0 || granteeTags.some((tag) => asked.includes(tag));
}

/** Whether a rule is about a right for a purpose, of anybody, to anything and at any time. */
export function concerns(
  { permissions, purposes }: Pick<GrantState, 'permissions' | 'purposes'>,
  permission: Permission,
  purpose: PurposeOfUse,
): boolean {
  return permissions.includes(permission) && purposes.includes(purpose);
}

/** Each condition that the grant does not meet, by the code of a denial; none where it covers the request. */
export function whatIsMissing(grant: GrantTerms, asked: WhatIsAsked, atMs: number): DenialCode[] {
  const { permissions, granteeTags, purposes } = grant;
  const inScope = coversRecord(grant, asked) && coversRecord(grant, revisedOf(asked));
  const conditions: readonly (readonly [boolean, DenialCode])[] = [
    [permissions.includes(asked.permission), 'PERMISSION_NOT_GRANTED'],
    [coversGrantee(granteeTags, asked.granteeTags), 'GRANTEE_MISMATCH'],
    [purposes.includes(asked.purpose), 'PURPOSE_NOT_GRANTED'],
    [inScope, 'SCOPE_NOT_GRANTED'],
    [coversDetail(grant, asked), 'DETAIL_NOT_GRANTED'],
    [isInForce(grant, atMs), 'GRANT_EXPIRED'],
  ];
  return conditions.flatMap(([met, code]) => (met ? [] : [code]));
}

/** Whether the grant covers all of the request. */
export function coversRequest(grant: GrantTerms, asked: WhatIsAsked, atMs: number): boolean {
  return !isDenial(grant) && whatIsMissing(grant, asked, atMs).length === 0;
}

/**
 * Whether a grant lets its authority read a record now or later: who gets the record's key wrapped. One whose time has
 * not come counts, since providers and ledger keep the record from its authority until then.
 */
export function coversReading(
  grant: Omit<Timed, 'from'> & RecordScope & Pick<GrantState, 'effect' | 'permissions'>,
  record: RecordTerms,
  atMs: number,
): boolean {
  if (isDenial(grant)) return false;
  return (
    grant.permissions.includes('read') &&
    isStanding(grant, atMs) &&
    coversRecord(grant, record) &&
    coversDetail(grant, record)
  );
}
