import { RULES } from './rules/registry.js';

/** Points of values that together, or one of them alone, suffice: the way of NEWS2. */
const SUFFICES_ALONE = 3;
const SUFFICES_TOGETHER = 5;

/** A value as it came, in the code table's unit. */
interface UrgencyValue {
  readonly code: string;
  readonly value: number;
  readonly comparator?: '<' | '>' | undefined;
}

/**
 * Whether these values, of one frame, may raise an alarm that must not wait: each rule's own test. A cheap look without
 * what came before; the rules decide later.
 */
export function isUrgent(values: readonly UrgencyValue[]): boolean {
  let total = 0;
  for (const value of values) {
    const points = Math.max(
      0,
      ...RULES.map(({ takes, urgency }) => (takes.includes(value.code) ? urgency(value) : 0)),
    );
    if (points >= SUFFICES_ALONE) return true;
    total += points;
  }
  return total >= SUFFICES_TOGETHER;
}
