import { SCOPE_TAGS_MAX, TAG_GROUPS_MAX, type TagGroups } from './records.js';
import {
  termsOfKind,
  type ClinicalCode,
  type RecordOrigin,
  type ResourceKind,
  type ScopeTerm,
} from './scope-term.js';

/** A group that is repeated with what is mentioned has to have room for it. */
const GROUP_ROOM_MIN = 1;

/**
 * What a record of these kinds holds, as tag groups. A grant has to share a tag with each group, a denial with one, so:
 * what a grant may take alone is in one group, and what it has to take together in several.
 * - One group for each kind, with every term by which it can be granted.
 * - What a kind mentions besides, in further groups beside all of that: no grant of it alone covers the first one.
 * - Whoever wrote versions before: once more the first group, under that author. A grant of one author covers no record of two.
 * Where these are too many, codes count as mentioned: then no grant of codes alone covers the record, and denials find all.
 * @param tagsOf of the terms of a group: its tags
 * @returns undefined where it cannot be said within the limits; equal groups are there once
 */
export function tagGroupsBy(
  kinds: readonly ResourceKind[],
  origin: RecordOrigin,
  tagsOf: (terms: readonly ScopeTerm[]) => readonly string[],
): TagGroups | undefined {
  for (const told of [kinds, kinds.map(mentioningCodes)]) {
    const groups = distinct(termGroups(told, origin).map((terms) => [...new Set(tagsOf(terms))].sort()));
    const fits = groups.length <= TAG_GROUPS_MAX && groups.every((group) => group.length <= SCOPE_TAGS_MAX);
    if (fits) return groups.sort(byText);
  }
  return undefined;
}

function termGroups(kinds: readonly ResourceKind[], origin: RecordOrigin): ScopeTerm[][] {
  const groups = merged(kinds).flatMap((kind) => {
    const terms = termsOfKind(kind, origin);
    const room = Math.max(GROUP_ROOM_MIN, SCOPE_TAGS_MAX - terms.length);
    const parts = inParts(kind.mentions, room).map((part): ScopeTerm[] => [...terms, ...part]);
    return [terms, ...parts];
  });
  const [kind] = kinds;
  const [, ...before] = origin.authors ?? [];
  if (kind === undefined) return groups;
  const others = before.map((author) =>
    termsOfKind({ ...kind, practitioners: [] }, { ...origin, authors: [author] }),
  );
  return [...groups, ...others];
}

const mentioningCodes = (kind: ResourceKind): ResourceKind => ({
  ...kind,
  codes: [],
  mentions: [...kind.codes, ...kind.mentions],
});

/** Kinds that differ by what they mention alone are one, and mention each thing once. */
function merged(kinds: readonly ResourceKind[]): ResourceKind[] {
  const found = new Map<
    string,
    { readonly kind: ResourceKind; readonly mentions: Map<string, ClinicalCode> }
  >();
  for (const kind of kinds) {
    const key = JSON.stringify({ ...kind, mentions: [] });
    const one = found.get(key) ?? { kind, mentions: new Map<string, ClinicalCode>() };
    found.set(key, one);
    for (const code of kind.mentions) one.mentions.set(JSON.stringify([code.system, code.code]), code);
  }
  return [...found.values()].map(({ kind, mentions }) => ({ ...kind, mentions: [...mentions.values()] }));
}

const byText = (a: readonly string[], b: readonly string[]): number => (a.join(' ') < b.join(' ') ? -1 : 1);

const distinct = (groups: readonly string[][]): string[][] => [
  ...new Map(groups.map((group) => [group.join(' '), group])).values(),
];

function inParts<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, n) =>
    items.slice(n * size, (n + 1) * size),
  );
}
