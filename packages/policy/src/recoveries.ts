import type { RecoveryState } from '@careledger/contracts';
import { RECOVERY_LAPSES_AFTER_S, RECOVERY_WAIT_S } from '@careledger/contracts';
import { timestampOf } from '@careledger/domain';

const MS_PER_S = 1_000;

/**
 * What a recovery waits for, or how it ended. `open`: another organisation's word. `confirmed`: its time. `due`: the new
 * key's statement. Time alone writes nothing down.
 */
export type RecoveryStage = 'open' | 'confirmed' | 'due' | 'objected' | 'tookOver' | 'lapsed';

/** When an opened recovery is over unless it is confirmed before. */
export const openedTimes = (openedMs: number): Pick<RecoveryState, 'lapsesAt'> => ({
  lapsesAt: timestampOf(openedMs + RECOVERY_LAPSES_AFTER_S * MS_PER_S),
});

/**
 * The time that the patient has against it runs from when two have said the same: an opening that nobody noticed, of one
 * organisation alone, shortens it by nothing.
 */
export const confirmedTimes = (
  confirmedMs: number,
): Required<Pick<RecoveryState, 'takesEffectAt' | 'lapsesAt'>> => ({
  takesEffectAt: timestampOf(confirmedMs + RECOVERY_WAIT_S * MS_PER_S),
  ...openedTimes(confirmedMs),
});

export function recoveryStage(recovery: RecoveryState, atMs: number): RecoveryStage {
  const { objectedAt, tookOverAt, lapsesAt, takesEffectAt } = recovery;
  if (tookOverAt !== undefined) return 'tookOver';
  if (objectedAt !== undefined) return 'objected';
  if (atMs >= Date.parse(lapsesAt)) return 'lapsed';
  if (takesEffectAt === undefined) return 'open';
  return atMs < Date.parse(takesEffectAt) ? 'confirmed' : 'due';
}

/** It may still take effect. */
export const isRecoveryOpen = (recovery: RecoveryState, atMs: number): boolean =>
  ['open', 'confirmed', 'due'].includes(recoveryStage(recovery, atMs));
