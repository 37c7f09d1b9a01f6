export { coversReading, coversRequest, coversTags, gives, isInForce, isStanding } from './coverage.js';
export { decide } from './decide.js';
export type { PolicyNow, Request, StandingGrant } from './decide.js';
export { currentKey, currentPeriod, everyKey, isCurrentKey, isCurrentKid, keyAt } from './key-periods.js';
export { bringsNotices } from './notices.js';
