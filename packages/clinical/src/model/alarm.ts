/** IEC 60601-1-8: what an alarm is about, the patient or the equipment. */
export type AlarmType = 'physiological' | 'technical';

/** IEC 60601-1-8: how soon somebody has to look. */
export type AlarmPriority = 'high' | 'medium' | 'low';

/** How serious an episode is so far. It only rises: what was said is never taken back. */
export interface Level {
  readonly priority: AlarmPriority;
  /** Nothing but doubtful readings speak for it yet. */
  readonly unconfirmed: boolean;
  /** What more there is to say, such as a parameter at 3 or a reason for doubt. Sorted. */
  readonly marks: readonly string[];
  /** Of a score: the highest total. That it rose says its record, and nobody is told. */
  readonly total?: number;
}

const RANK: Readonly<Record<AlarmPriority, number>> = { low: 0, medium: 1, high: 2 };

/** A level; marks are sorted and come once. */
export const levelOf = (
  priority: AlarmPriority,
  marks: readonly string[] = [],
  {
    unconfirmed = false,
    total,
  }: { readonly unconfirmed?: boolean; readonly total?: number | undefined } = {},
): Level => ({
  ...{ priority, unconfirmed, marks: [...new Set(marks)].sort() },
  ...(total !== undefined && { total }),
});

/** Both together: the higher priority, confirmed if one of them is, the marks of both, the higher total. */
export function joined(a: Level, b: Level): Level {
  const marks = b.marks.every((mark) => a.marks.includes(mark)) ? a.marks : [...a.marks, ...b.marks];
  return levelOf(RANK[b.priority] > RANK[a.priority] ? b.priority : a.priority, marks, {
    unconfirmed: a.unconfirmed && b.unconfirmed,
    total: isHigherTotal(a, b) ? b.total : a.total,
  });
}

const isHigherTotal = (known: Level, next: Level): boolean => (next.total ?? 0) > (known.total ?? 0);

/** Whether `next` says anything that `known` did not. */
export const adds = (known: Level, next: Level): boolean => isNews(known, next) || isHigherTotal(known, next);

/** Whether somebody has to be told what `next` adds. */
export const isNews = (known: Level, next: Level): boolean =>
  RANK[next.priority] > RANK[known.priority] ||
  (known.unconfirmed && !next.unconfirmed) ||
  next.marks.some((mark) => !known.marks.includes(mark));
