import { timestampOf } from '@careledger/domain';
import { isRecoveryOpen, recoveryStage } from '@careledger/policy';
import type { HeardRecovery } from '../../consent/index.js';
import type { RecoveryNotice } from './schemas.js';

/** How long after this gateway heard of its end a recovery is still told, in milliseconds: 30 days. */
const TOLD_AFTER_END_MS = 30 * 24 * 60 * 60 * 1_000;

/** Recoveries that are under way or were over lately: whoever looks at alarms sees that somebody is about to replace the key. */
export function recoveryNotices(heard: readonly HeardRecovery[], nowMs: number): RecoveryNotice[] {
  return heard
    .filter(({ recovery, heardMs }) => isRecoveryOpen(recovery, nowMs) || nowMs - heardMs < TOLD_AFTER_END_MS)
    .map(({ channel, recovery: { statements: _proof, ...recovery }, heardMs }) => ({
      ...recovery,
      ...{ channel, stage: recoveryStage({ ...recovery, statements: _proof }, nowMs) },
      heardAt: timestampOf(heardMs),
    }));
}
