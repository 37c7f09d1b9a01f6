import type { UrgencyTest } from './engine/rule.js';
import { RULES } from './rules/registry.js';

/** Points of values that together, or one of them alone, suffice: the way of NEWS2. */
const SUFFICES_ALONE = 3;
const SUFFICES_TOGETHER = 5;

/** A value as it came, in the code table's unit. */
type UrgencyValue = Parameters<UrgencyTest>[0];

/** Found by code once, since every frame that comes in is asked. */
const testsByCode = Map.groupBy(
  RULES.flatMap(({ takes, urgency }) => takes.map((code) => ({ code, urgency }))),
  ({ code }) => code,
);

/**
 * Whether these values, of one frame, may raise an alarm that must not wait: each rule's own test. A cheap look without
 * what came before; the rules decide later.
 */
export function isUrgent(values: readonly UrgencyValue[]): boolean {
  let total = 0;
  for (const value of values) {
    let points = 0;
    for (const { urgency } of testsByCode.get(value.code) ?? []) points = Math.max(points, urgency(value));
    if (points >= SUFFICES_ALONE) return true;
    total += points;
  }
  return total >= SUFFICES_TOGETHER;
}
