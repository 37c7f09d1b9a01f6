import { ANY, type CopyTerms, type Permission, type PurposeOfUse } from './grants.js';
import type { ScopeTerm } from './scope-term.js';

/** How much of what was asked for is given. `more`: something that nobody asked for. */
export type Given = 'all' | 'part' | 'more';

/** What is asked for, or given, besides the records. Without `until`: without an end. */
export interface PlainTerms {
  readonly permissions: readonly Permission[];
  readonly purposes: readonly PurposeOfUse[];
  readonly until?: string | undefined;
  /** Absent: no copy is kept. */
  readonly copy?: CopyTerms | undefined;
  /** Absent: without the single measured values. */
  readonly detail?: true | undefined;
}

/** Of several aspects together: more in one is more, less in one is a part. */
export function givenInAll(...aspects: readonly Given[]): Given {
  if (aspects.includes('more')) return 'more';
  return aspects.includes('part') ? 'part' : 'all';
}

export function givenOfTerms(asked: PlainTerms, given: PlainTerms): Given {
  const endMsOf = ({ until }: PlainTerms) => (until === undefined ? Infinity : Date.parse(until));
  const [askedEndMs, givenEndMs] = [endMsOf(asked), endMsOf(given)];
  const duration = givenEndMs > askedEndMs ? 'more' : givenEndMs < askedEndMs ? 'part' : 'all';
  return givenInAll(
    givenOfSet(asked.permissions, given.permissions),
    givenOfSet(asked.purposes, given.purposes),
    duration,
    givenOfCopy(asked.copy, given.copy),
    givenOfDetail(asked.detail, given.detail),
  );
}

/** A copy for another purpose or unit than was asked for is another copy. */
function givenOfCopy(asked: CopyTerms | undefined, given: CopyTerms | undefined): Given {
  if (given === undefined) return asked === undefined ? 'all' : 'part';
  return given.purpose === asked?.purpose && given.unitHash === asked.unitHash ? 'all' : 'more';
}

function givenOfDetail(asked: true | undefined, given: true | undefined): Given {
  if (asked === given) return 'all';
  return given === true ? 'more' : 'part';
}

/** Of records, in words. No term at all stands for every record. */
export function givenOfScope(asked: readonly ScopeTerm[], given: readonly ScopeTerm[]): Given {
  if (asked.length === 0) return given.length === 0 ? 'all' : 'part';
  const isWithin = (term: ScopeTerm, terms: readonly ScopeTerm[]) => terms.some((wide) => covers(wide, term));
  if (given.length === 0 || !given.every((term) => isWithin(term, asked))) return 'more';
  return asked.every((term) => isWithin(term, given)) ? 'all' : 'part';
}

/** Whether a term is about every record that another is about: what the other says besides narrows it. */
const covers = (wide: ScopeTerm, narrow: ScopeTerm): boolean => {
  const said: Readonly<Record<string, unknown>> = narrow;
  const hasWildcards = 'category' in wide;
  return Object.entries(wide).every(
    ([name, value]) => (hasWildcards && value === ANY) || value === said[name],
  );
};

function givenOfSet<Member>(asked: readonly Member[], given: readonly Member[]): Given {
  if (!given.every((member) => asked.includes(member))) return 'more';
  return asked.every((member) => given.includes(member)) ? 'all' : 'part';
}
