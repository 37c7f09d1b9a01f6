/**
 * The rules of spec/grants.md once more, written for the judge alone from that page: what a patient's grants and denials
 * say to somebody who wants to read. It shares no code with what it judges.
 */

/** What the patient's statements say, as far as reading goes. */
export interface Rule {
  readonly id: string;
  readonly denies: boolean;
  /** An authority, or `*` for any. */
  readonly authorityId: string;
  readonly permissions: readonly string[];
  readonly purposes: readonly string[];
  readonly granteeTags: readonly string[];
  readonly scopeTags: readonly string[];
  readonly period?: Interval | undefined;
  /** Whether a grant includes single measured values; no without it. */
  readonly detail?: true | undefined;
  /** RFC 3339. */
  readonly from: string;
  readonly until?: string | undefined;
  readonly seq: number;
}

/** RFC 3339. */
interface Interval {
  readonly start: string;
  readonly end: string;
}

/** What a version holds, as the ledger has it. */
export interface Version {
  readonly patientId: string;
  readonly author: string;
  readonly tagGroups: readonly (readonly string[])[];
  /** Of which time it tells; absent where that is not known. */
  readonly period?: Interval | undefined;
  /** Whether it has single measured values; no without it. */
  readonly isDetail?: boolean;
}

/** Who wants to read what, and why. */
export interface Reading {
  readonly requester: string;
  readonly granteeTags: readonly string[];
  readonly purpose: string;
  readonly version: Version | undefined;
}

/** What has to be answered: by right, by one of these grants, or not at all. */
export type Verdict =
  | { readonly permit: true; readonly by: 'right' | readonly string[] }
  | { readonly permit: false; readonly denials: readonly string[] };

const ms = (timestamp: string): number => Date.parse(timestamp);
const share = (a: readonly string[], b: readonly string[]): boolean => a.some((each) => b.includes(each));

/** "Decision": owner, author, denials, grants, in this order. @param rules those of the patient that are not revoked */
export function verdictOf(rules: Iterable<Rule>, reading: Reading, atMs: number): Verdict {
  const { requester, version } = reading;
  if (version !== undefined && [version.patientId, version.author].includes(requester))
    return { permit: true, by: 'right' };
  const counting = [...rules].filter((rule) => isAsked(rule, reading, atMs));
  const denials = counting.filter((rule) => rule.denies && mayBeAbout(rule, version)).map(({ id }) => id);
  if (denials.length > 0) return { permit: false, denials };
  const grants = counting.filter((rule) => !rule.denies && coversAll(rule, version)).map(({ id }) => id);
  return grants.length > 0 ? { permit: true, by: grants } : { permit: false, denials };
}

/** Whether a rule is about who asks, for what and now. */
function isAsked(rule: Rule, { requester, granteeTags, purpose }: Reading, atMs: number): boolean {
  return (
    (rule.authorityId === requester || (rule.denies && rule.authorityId === '*')) &&
    rule.permissions.includes('read') &&
    rule.purposes.includes(purpose) &&
    (rule.granteeTags.length === 0 || share(rule.granteeTags, granteeTags)) &&
    ms(rule.from) <= atMs &&
    (rule.until === undefined || atMs < ms(rule.until))
  );
}

/**
 * "A grant with scope tags covers a record when it shares a tag with each of its groups"; and all of its period; and single values
 * only where it says so.
 */
function coversAll({ scopeTags, period, detail }: Rule, version: Version | undefined): boolean {
  if (version?.isDetail === true && detail !== true) return false;
  const groups = version?.tagGroups ?? [];
  const inScope =
    scopeTags.length === 0 || (groups.length > 0 && groups.every((group) => share(group, scopeTags)));
  if (period === undefined) return inScope;
  const told = version?.period;
  if (told === undefined) return false;
  return inScope && ms(period.start) <= ms(told.start) && ms(told.end) <= ms(period.end);
}

/** "A denial needs a part"; one that is not known to be about a version may be. The end of a denial's period is outside. */
function mayBeAbout({ scopeTags, period }: Rule, version: Version | undefined): boolean {
  const told = version?.period;
  if (period !== undefined && told !== undefined) {
    const [start, end] = [ms(told.start), ms(told.end)];
    const touches =
      start < ms(period.end) && (end > ms(period.start) || (start === end && start >= ms(period.start)));
    if (!touches) return false;
  }
  if (scopeTags.length === 0) return true;
  const groups = version?.tagGroups ?? [];
  const isOthersWord = version !== undefined && version.author !== version.patientId;
  return groups.length === 0 || isOthersWord || groups.some((group) => share(group, scopeTags));
}

/**
 * "Wraps": whether an authority is entitled to a version's key, at any time: a grant that is over still counts here, and a
 * denial only where it has no end. Denials have begun.
 */
export function isEntitled(rules: Iterable<Rule>, authorityId: string, version: Version): boolean {
  if (version.author === authorityId) return true;
  const all = [...rules];
  const denials = all.filter(
    (rule) =>
      rule.denies &&
      (rule.authorityId === authorityId || rule.authorityId === '*') &&
      rule.permissions.includes('read') &&
      rule.granteeTags.length === 0 &&
      rule.until === undefined &&
      mayBeAbout(rule, version),
  );
  return all.some(
    (rule) =>
      !rule.denies &&
      rule.authorityId === authorityId &&
      rule.permissions.includes('read') &&
      coversAll(rule, version) &&
      !rule.purposes.every((purpose) => denials.some(({ purposes }) => purposes.includes(purpose))),
  );
}
