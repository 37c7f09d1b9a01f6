import type { DenialCode, GrantState } from '@careledger/contracts';
import type { Period } from '@careledger/domain';
import {
  coversReading,
  isInForce,
  revisedOf,
  type GrantTerms,
  type RecordScope,
  type RecordTerms,
  type WhatIsAsked,
} from './coverage.js';
import { isAbout, isDenial, outweighs } from './rule.js';

/** What a denial is to a request: nothing, or the code that it denies with. */
export type Objection = Extract<DenialCode, 'DENIED_BY_RULE' | 'SCOPE_UNCONFIRMED'>;

/**
 * Whether a denial is about a record. One tag in common suffices, and any time in common. Of a record that does not say
 * what it holds, or of which only its author does, nobody knows that it is not.
 */
function objectionTo({ scopeTags, period }: RecordScope, record: RecordTerms): Objection | undefined {
  if (period !== undefined && record.period !== undefined && !touches(record.period, period))
    return undefined;
  const { tagGroups, isUnconfirmed } = record;
  if (scopeTags.length === 0) return 'DENIED_BY_RULE';
  if (tagGroups.some((group) => group.some((tag) => scopeTags.includes(tag)))) return 'DENIED_BY_RULE';
  return tagGroups.length === 0 || isUnconfirmed === true ? 'SCOPE_UNCONFIRMED' : undefined;
}

/** Whether a record's time, which may be an instant, has anything in common with a denial's, whose end is outside it. */
function touches(recorded: Period, denied: Period): boolean {
  const [start, end] = [Date.parse(recorded.start), Date.parse(recorded.end)];
  const [deniedStart, deniedEnd] = [Date.parse(denied.start), Date.parse(denied.end)];
  return start < deniedEnd && (end > deniedStart || start >= deniedStart);
}

/** Whether a denial is about who asks. No tags in it: about everybody. */
const isAboutGrantee = (denied: readonly string[], asked: readonly string[]): boolean =>
  denied.length === 0 || denied.some((tag) => asked.includes(tag));

/** What a denial says to a request that is made of its authority. A change is denied by either version. */
export function objectionOf(denial: GrantTerms, asked: WhatIsAsked, atMs: number): Objection | undefined {
  const { permissions, purposes, granteeTags } = denial;
  const isConcerned =
    permissions.includes(asked.permission) &&
    purposes.includes(asked.purpose) &&
    isAboutGrantee(granteeTags, asked.granteeTags) &&
    isInForce(denial, atMs);
  if (!isConcerned) return undefined;
  const objections = [objectionTo(denial, asked), objectionTo(denial, revisedOf(asked))];
  return (
    objections.find((found) => found === 'DENIED_BY_RULE') ?? objections.find((found) => found !== undefined)
  );
}

/** What of a patient's rule says who may have a record's key. */
type ReadingRule = GrantTerms & Pick<GrantState, 'authorityId'>;

/**
 * Grants that let their authorities read a record now or later and of which denials leave something: who gets the record's
 * key wrapped, and whom its notice may reach.
 * @param rules the patient's grants and denials
 */
export function readingGrants<Rule extends ReadingRule>(
  rules: readonly Rule[],
  record: RecordTerms,
  atMs: number,
): Rule[] {
  return undeniedGrants(rules, atMs, record).filter((rule) => coversReading(rule, record, atMs));
}

/**
 * Grants of which denials of reading leave something.
 * @param record what is read; without it, only denials of every record count
 */
export function undeniedGrants<Rule extends ReadingRule>(
  rules: readonly Rule[],
  atMs: number,
  record?: RecordTerms,
): Rule[] {
  const isConcerned = (rule: Rule): boolean =>
    record === undefined ? isOfEveryRecord(rule) : objectionTo(rule, record) !== undefined;
  const denials = rules.filter(
    (rule) =>
      isDenial(rule) && rule.permissions.includes('read') && isInForce(rule, atMs) && isConcerned(rule),
  );
  return rules.filter((rule) => !isDenial(rule) && !isUndone(rule, denials));
}

const isOfEveryRecord = ({ scopeTags, period }: RecordScope): boolean =>
  scopeTags.length === 0 && period === undefined;

/** Whether every purpose of a grant is denied to everybody whom the grant is for. */
function isUndone(grant: ReadingRule, denials: readonly ReadingRule[]): boolean {
  const own = denials.filter(
    (denial) =>
      isAbout(denial, grant.authorityId) &&
      outweighs(denial, grant) &&
      deniesAllOf(denial.granteeTags, grant.granteeTags),
  );
  return grant.purposes.every((purpose) => own.some(({ purposes }) => purposes.includes(purpose)));
}

/** Whether whoever asks by a grant is one of those whom a denial is about. */
const deniesAllOf = (denied: readonly string[], granted: readonly string[]): boolean =>
  denied.length === 0 || (granted.length > 0 && granted.every((tag) => denied.includes(tag)));
