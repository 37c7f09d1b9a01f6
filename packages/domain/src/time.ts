import { Type, type Static } from 'typebox';
import { closedObject } from './closed-object.js';

/** RFC 3339 in UTC with `Z`; milliseconds optional. The one form in which times travel. */
export const Timestamp = Type.String({
  pattern:
    '^\\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01])T(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d{3})?Z$',
  description: 'RFC 3339, UTC, milliseconds optional',
});
export type Timestamp = Static<typeof Timestamp>;

/** A half-open span of time: start ≤ t < end. */
export const Period = closedObject({ start: Timestamp, end: Timestamp }, { title: 'Period' });
export type Period = Static<typeof Period>;

/** Milliseconds since the epoch as a `Timestamp` with milliseconds. */
export const timestampOf = (timeMs: number): Timestamp => new Date(timeMs).toISOString();
