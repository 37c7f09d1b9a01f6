/** Half-open, in milliseconds since 1970. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

const FHIR_DATE = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T\d\d:\d\d:\d\d(\.\d+)?(?:Z|[+-]\d\d:\d\d))?)?)?$/;
const DAY_MS = 24 * 60 * 60_000;

/** All the time that a FHIR date, dateTime or instant may mean, by how exactly it is written; a date is one of UTC. */
export function dateSpan(text: string): Span | undefined {
  const [, year = '', month, day, fraction] = FHIR_DATE.exec(text) ?? [];
  if (year === '') return undefined;
  if (text.includes('T')) return within(Date.parse(text), fraction === undefined ? 1_000 : 1);
  if (day !== undefined) return within(Date.parse(`${text}T00:00:00Z`), DAY_MS);
  const [from, to] =
    month === undefined
      ? [Date.UTC(Number(year), 0), Date.UTC(Number(year) + 1, 0)]
      : [Date.UTC(Number(year), Number(month) - 1), Date.UTC(Number(year), Number(month))];
  return { fromMs: from, toMs: to };
}

const within = (fromMs: number, lengthMs: number): Span | undefined =>
  Number.isNaN(fromMs) ? undefined : { fromMs, toMs: fromMs + lengthMs };
