/** R4's forms of primitives in JSON (https://hl7.org/fhir/R4/datatypes.html#primitive). */

/** Says what is wrong with a value of the type; undefined where nothing is. */
type Check = (value: unknown) => string | undefined;

const INTEGER_MAX = 2 ** 31 - 1;
/** FHIR's longest string, 1 MiB: counted in UTF-16 code units. */
export const STRING_MAX_CHARS = 1_048_576;
const LANGUAGE = 'a language of BCP 47';
const DATE = /^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?$/;
const DATE_TIME = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(.*))?)?)?$/;
const INSTANT = /^(\d{4})-(\d\d)-(\d\d)T(.*)$/;
const CLOCK = /^([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?/;
const ZONE = /^(?:Z|[+-](?:0\d|1[0-3]):[0-5]\d|[+-]14:00)$/;
const TIME = /^(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const UUID = /^urn:uuid:[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/;
const OID = /^urn:oid:[0-2](?:\.(?:0|[1-9]\d*))+$/;
/** Whatever a string of FHIR does not have: control characters but tab, carriage return and line feed. */
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/;

const text =
  (pattern: RegExp, what: string): Check =>
  (value) => {
    if (typeof value !== 'string') return `${what} is text in JSON`;
    if (value.length > STRING_MAX_CHARS) return 'longer than 1 MiB';
    return pattern.test(value) && !CONTROL.test(value) ? undefined : `not ${what}`;
  };

const integer =
  (least: number, what: string): Check =>
  (value) =>
    Number.isInteger(value) && (value as number) >= least && (value as number) <= INTEGER_MAX
      ? undefined
      : `not ${what}`;

function isDay(year: number, month: number, day: number): boolean {
  if (year < 1 || month < 1 || month > 12 || day < 1) return false;
  const last = new Date(0);
  last.setUTCFullYear(year, month, 0);
  return day <= last.getUTCDate();
}

/** A date that a calendar has; the time of it is checked apart. */
const day = (match: RegExpExecArray): boolean =>
  isDay(Number(match[1]), Number(match[2] ?? 1), Number(match[3] ?? 1));

function timeFault(time: string): string | undefined {
  const clock = CLOCK.exec(time)?.[0];
  if (clock === undefined) return 'not a time of the day with hours, minutes and seconds';
  const zone = time.slice(clock.length);
  if (zone === '') return 'a time without its zone: say Z or how far it is from UTC';
  return ZONE.test(zone) ? undefined : 'not a zone: Z, or hours and minutes from UTC';
}

const dated =
  (pattern: RegExp, what: string): Check =>
  (value) => {
    const match = typeof value === 'string' ? pattern.exec(value) : null;
    if (match === null) return `not ${what}`;
    if (!day(match)) return 'no calendar has this date';
    return match[4] === undefined ? undefined : timeFault(match[4]);
  };

function uri(value: unknown): string | undefined {
  const fault = text(/^\S+$/, 'a URI')(value);
  if (fault !== undefined || typeof value !== 'string') return fault;
  if (value.startsWith('urn:uuid:') && !UUID.test(value)) return 'not urn:uuid: and a UUID';
  return value.startsWith('urn:oid:') && !OID.test(value) ? 'not urn:oid: and an OID' : undefined;
}

const CHECKS: Readonly<Record<string, Check>> = {
  base64Binary: (value) =>
    typeof value === 'string' && BASE64.test(value.replace(/[ \t\r\n]/g, '')) ? undefined : 'not base64',
  boolean: (value) => (typeof value === 'boolean' ? undefined : 'neither true nor false'),
  canonical: uri,
  code: text(/^\S+(?: \S+)*$/, 'a code'),
  date: dated(DATE, 'a date: YYYY, YYYY-MM or YYYY-MM-DD'),
  dateTime: dated(DATE_TIME, 'a dateTime: a date, or one with a time and its zone'),
  decimal: (value) => (Number.isFinite(value) ? undefined : 'not a number'),
  id: text(/^[A-Za-z0-9\-.]{1,64}$/, 'an id: 1 to 64 of A-Z, a-z, 0-9, - and .'),
  instant: dated(INSTANT, 'an instant: date, time and zone'),
  integer: integer(-INTEGER_MAX - 1, 'an integer of 32 bits'),
  markdown: text(/\S/, 'markdown'),
  oid: text(OID, 'an OID: urn:oid:…'),
  positiveInt: integer(1, 'an integer above 0'),
  string: text(/\S/, 'a string'),
  time: text(TIME, 'a time: hh:mm:ss, without a zone'),
  unsignedInt: integer(0, 'an integer of 0 or above'),
  uri,
  url: uri,
  uuid: text(UUID, 'a UUID: urn:uuid:…'),
  // What it says is looked at with the narrative around it.
  xhtml: text(/\S/, 'XHTML'),
};

export const isPrimitive = (type: string): boolean => Object.hasOwn(CHECKS, type);

/** What is wrong with a value of a primitive type; undefined where nothing is. */
export const primitiveFault = (type: string, value: unknown): string | undefined => CHECKS[type]?.(value);

/** Whether a text is well formed by BCP 47. */
export function languageFault(value: string): string | undefined {
  try {
    Intl.getCanonicalLocales(value);
    return undefined;
  } catch {
    return `not ${LANGUAGE}`;
  }
}

/** Whether a text is a date or dateTime. */
export const isDateTime = (value: unknown): value is string =>
  typeof value === 'string' && CHECKS['dateTime']?.(value) === undefined;

/** How many characters of a dateTime are its date. */
const DATE_CHARS = 10;

/**
 * Whether one time is not after another. Of times of another precision their common part counts, as in FHIRPath: where that
 * is the same nobody knows, and the answer is undefined.
 */
export function isInOrder(start: string, end: string): boolean | undefined {
  if (start.includes('T') && end.includes('T')) return Date.parse(start) <= Date.parse(end);
  if (start.length === end.length) return start <= end;
  const chars = Math.min(start.length, end.length, DATE_CHARS);
  const [from, to] = [start.slice(0, chars), end.slice(0, chars)];
  return from === to ? undefined : from < to;
}
