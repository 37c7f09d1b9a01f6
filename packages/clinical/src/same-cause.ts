import type { Evidence, RuleName } from './model/events.js';

/** Alarms about what a device does, not about what it measured. */
const OF_DEVICES: ReadonlySet<RuleName> = new Set<RuleName>(['silence', 'wrong-clock', 'device-flood']);

/** What of an alarm says what caused it. */
export interface CausedAlarm {
  readonly rule: RuleName;
  /** Rule time, milliseconds. */
  readonly raisedAt: number;
  readonly evidence: readonly Pick<Evidence, 'rowId'>[];
}

/** Whether two alarms have one cause: raised at one rule time, by several rules, and resting on a reading that both share. */
export function haveOneCause(one: CausedAlarm, other: CausedAlarm): boolean {
  if (one.raisedAt !== other.raisedAt || OF_DEVICES.has(one.rule) || OF_DEVICES.has(other.rule)) return false;
  const rows = new Set(one.evidence.map(({ rowId }) => rowId));
  return other.evidence.some(({ rowId }) => rows.has(rowId));
}
