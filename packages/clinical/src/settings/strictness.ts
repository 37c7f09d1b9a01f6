import type { ClinicalConfig } from '../model/config.js';
import type { StatedSettings } from '../model/settings.js';

/** The sections of a configuration that are limits, as against facts. */
export type Limits = Pick<ClinicalConfig, 'glucose' | 'news2' | 'bloodPressure' | 'fever' | 'silence'>;

/** Which way a limit becomes stricter: more alarms, or longer ones. Null is as loose as can be. */
type Strictness =
  | 'higher'
  | 'lower'
  /** Neither way is stricter: a practitioner's decision. */
  | 'practitioner';

/** A limit, with what it can be: so that no mistake of a unit or digit silences a rule. The project's choice. */
interface LimitKind {
  readonly stricter: Strictness;
  readonly from?: number;
  readonly to?: number;
}
const higher = (from: number, to: number): LimitKind => ({ stricter: 'higher', from, to });
const lower = (from: number, to: number): LimitKind => ({ stricter: 'lower', from, to });

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const silentFor = lower(MINUTE_MS, 24 * HOUR_MS);

/** Ranges of glucose leave room between low and high, so that the stricter of two statements never cross. */
const KINDS: { readonly [S in keyof Limits]: { readonly [M in keyof Limits[S]]: LimitKind } } = {
  glucose: {
    veryLowMgPerDl: higher(40, 110),
    veryHighMgPerDl: lower(140, 400),
    veryHighDurationMs: lower(0, 2 * HOUR_MS),
    recoveredLowMgPerDl: higher(54, 120),
    recoveredHighMgPerDl: lower(140, 300),
  },
  news2: {
    total: lower(1, 12),
    highTotal: lower(1, 14),
    singleParameter: lower(1, 3),
    spo2Scale: { stricter: 'practitioner' },
  },
  bloodPressure: {
    highSystolic: lower(120, 220),
    highDiastolic: lower(70, 140),
    pregnancyHighSystolic: lower(120, 180),
    pregnancyHighDiastolic: lower(70, 120),
    lowSystolic: higher(60, 110),
  },
  fever: { isOn: { stricter: 'higher' }, fromCel: lower(37, 40) },
  silence: {
    cgmMs: silentFor,
    monitorMs: silentFor,
    meterMs: silentFor,
    otherMs: silentFor,
    authoritiesAfterMs: silentFor,
  },
};

const SECTIONS = Object.keys(KINDS) as readonly (keyof Limits)[];

type Limit = number | boolean | null | undefined;
type Section = Readonly<Record<string, Limit>>;

// Every member of these sections is a limit; the table above is held to their types.
const sectionOf = (of: object | undefined): Section => (of ?? {}) as Section;
const kindOf = (section: keyof Limits, member: string): LimitKind | undefined =>
  (KINDS[section] as Readonly<Record<string, LimitKind>>)[member];

/** Above 0: `a` is stricter than `b`; below: looser. */
function compare(strictness: Strictness, a: Limit, b: Limit): number {
  const [x, y] = [a, b].map((limit) => (limit === null || limit === undefined ? null : Number(limit)));
  if (x === y || x === undefined || y === undefined) return 0;
  if (strictness === 'practitioner' || x === null) return -1;
  if (y === null) return 1;
  return strictness === 'higher' ? x - y : y - x;
}

function* statedLimits(stated: StatedSettings) {
  for (const section of SECTIONS) {
    for (const [member, limit] of Object.entries(sectionOf(stated[section]))) {
      const kind = kindOf(section, member);
      if (kind !== undefined) yield { section, member, limit, kind };
    }
  }
}

/** Limits that are looser than those of `config`, by name (`glucose.veryLowMgPerDl`), in the order of sections. */
export function loosened(config: Limits, stated: StatedSettings): string[] {
  return [...statedLimits(stated)].flatMap(({ section, member, limit, kind }) =>
    compare(kind.stricter, limit, sectionOf(config[section])[member]) < 0 ? [`${section}.${member}`] : [],
  );
}

/** The limits of `config`, with those stated that are stricter. */
export function tightened(config: Limits, stated: StatedSettings): Limits {
  const sections = Object.fromEntries(SECTIONS.map((name) => [name, { ...sectionOf(config[name]) }]));
  for (const { section, member, limit, kind } of statedLimits(stated)) {
    const own = sections[section];
    if (own !== undefined && compare(kind.stricter, limit, own[member]) > 0) own[member] = limit;
  }
  return sections as unknown as Limits;
}

/** Limits outside of what they can be, in words: `glucose.veryLowMgPerDl must be 40 to 110`. */
export function outOfBounds(stated: StatedSettings): string[] {
  return [...statedLimits(stated)].flatMap(
    ({ section, member, limit, kind: { from = limit, to = limit } }) =>
      typeof limit !== 'number' || (limit >= Number(from) && limit <= Number(to))
        ? []
        : [`${section}.${member} must be ${Number(from)} to ${Number(to)}`],
  );
}
