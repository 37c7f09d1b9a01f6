import { instantOf, subjectOf, within } from './elements.js';
import type { Observation } from './schema.js';
import { deviceUuid } from './source.js';
import { uuidOf } from './uuid.js';

/** A window of a patient's, as a record of it is made. */
export interface WindowSpan {
  readonly patientId: string;
  /** The window, half-open, milliseconds. */
  readonly windowStart: number;
  readonly windowEnd: number;
  /** A later version of the same window's record. */
  readonly isRevision?: boolean | undefined;
}

/** Both ends inclusive, as R4's periods are, milliseconds. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/** What every Observation of a window says alike. */
export interface Window {
  readonly name: string;
  readonly patientId: string;
  readonly status: 'amended' | 'final';
  readonly period: Span;
}

export const windowOf = ({ patientId, windowStart, windowEnd, isRevision }: WindowSpan): Window => ({
  name: `${patientId}/${windowStart}/${windowEnd}`,
  patientId,
  status: isRevision === true ? 'amended' : 'final',
  // R4 periods include their end, windows do not.
  period: { start: windowStart, end: windowEnd - 1 },
});

/** @param what tells the Observation from others of the window */
export function headOf(
  { name, patientId, status }: Window,
  what: string,
  deviceIds: readonly string[],
): Pick<Observation, 'resourceType' | 'id' | 'status' | 'subject' | 'device'> {
  const [onlyDevice, ...otherDevices] = deviceIds;
  return {
    resourceType: 'Observation',
    id: uuidOf(`Observation|${name}|${what}`),
    status,
    subject: subjectOf(patientId),
    // R4 has room for one device; with several, Provenance names them.
    ...(onlyDevice === undefined || otherDevices.length > 0
      ? {}
      : { device: within(deviceUuid(onlyDevice)) }),
  };
}

/**
 * R4's vital-signs profiles allow a Period, yet validators apply their invariant vs-1 to it, which only a time can keep:
 * the start, with the whole period in a component.
 */
export const timeOf = (
  { start, end }: Span,
  isVitalSign: boolean,
): Pick<Observation, 'effectiveDateTime' | 'effectivePeriod'> =>
  isVitalSign
    ? { effectiveDateTime: instantOf(start) }
    : { effectivePeriod: { start: instantOf(start), end: instantOf(end) } };
