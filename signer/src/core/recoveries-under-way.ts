import type { ListedRecovery, RecoveriesAnswer } from './answers.js';

const OPEN: ReadonlySet<string> = new Set(['open', 'confirmed', 'due']);

/**
 * Recoveries that may still take effect: once where both channels say the same, each where they do not. An id alone tells
 * no two apart: it is visible, and another organisation may open one of its own under it, with which it would hide the
 * first.
 */
export function recoveriesUnderWay({ authorities, cloud }: RecoveriesAnswer): ListedRecovery[] {
  const open = [...authorities, ...cloud].filter(({ stage }) => OPEN.has(stage));
  return [...new Map(open.map((each) => [nameOfRecovery(each), each])).values()];
}

/** What the patient is told of one. */
export const nameOfRecovery = ({
  recoveryId,
  newKey,
  reason,
  openedBy,
  confirmedBy,
}: ListedRecovery): string => [recoveryId, newKey, reason, openedBy, confirmedBy ?? ''].join(' ');
