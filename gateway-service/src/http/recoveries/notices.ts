import type { RecoveryState } from '@careledger/contracts';
import { timestampOf } from '@careledger/domain';
import { isRecoveryOpen, recoveryStage } from '@careledger/policy';
import type { HeardRecovery } from '../../consent/index.js';
import type { RecoveryNotice } from './schemas.js';

/** How long after this gateway heard of its end a recovery is still told, in milliseconds: 30 days. */
const TOLD_AFTER_END_MS = 30 * 24 * 60 * 60 * 1_000;

/**
 * Recoveries that are under way or were over lately: whoever looks at alarms sees that somebody is about to replace the
 * key.
 */
export function recoveryNotices(heard: readonly HeardRecovery[], nowMs: number): RecoveryNotice[] {
  return heard
    .filter(({ recovery, heardMs }) => isRecoveryOpen(recovery, nowMs) || nowMs - heardMs < TOLD_AFTER_END_MS)
    .map(({ channel, recovery, heardMs }) => ({
      ...shownOf(recovery),
      ...{ channel, stage: recoveryStage(recovery, nowMs), heardAt: timestampOf(heardMs) },
    }));
}

/** Without the statements, which prove it to others. */
export function shownOf(recovery: RecoveryState): Omit<RecoveryState, 'statements'> {
  const shown: Omit<RecoveryState, 'statements'> & Partial<RecoveryState> = { ...recovery };
  delete shown.statements;
  return shown;
}
