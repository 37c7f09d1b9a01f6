export {
  coversReading,
  coversRequest,
  coversTags,
  concerns,
  isDetailKind,
  isInForce,
  isStanding,
  termsOnRecord,
} from './coverage.js';
export type { RecordTerms, TaggedVersion } from './coverage.js';
export { decide } from './decide.js';
export type { PolicyNow, Request, StandingGrant } from './decide.js';
export { beyondActs, beyondAsDelegation, beyondAsRule, isUnder } from './delegation.js';
export { readingGrants, undeniedGrants } from './denials.js';
export { asOf, confirmationsAsOf, missingForReading } from './hindsight.js';
export { currentKey, currentPeriod, everyKey, isCurrentKey, isCurrentKid, keyAt } from './key-periods.js';
export { bringsNotices } from './notices.js';
export { copyEndOwedSince, endOf } from './owed-copy-end.js';
export { isOverdue, owedDeletion } from './owed-deletion.js';
export { firstPolicyHash, nextPolicyHash } from './policy-hash.js';
export { readersGrants } from './possible-reads.js';
export { confirmedTimes, isRecoveryOpen, openedTimes, recoveryStage } from './recoveries.js';
export type { RecoveryStage } from './recoveries.js';
export { isAbout, isDenial, isRevokedThrough } from './rule.js';
export type { RevokedThrough } from './rule.js';
export { givenBy, isOfRead, subscriptionAt } from './subscriptions.js';
