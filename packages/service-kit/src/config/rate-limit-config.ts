import { closedObject } from '@careledger/domain';
import { Type, type Static } from 'typebox';

/** Requests in a minute; 0: as many as come. */
export const RATE_LIMIT_DEFAULTS = {
  tokenPerMinute: 6_000,
  systemPerMinute: 60_000,
  addressPerMinute: 1_200,
};

const perMinute = (byDefault: number) => Type.Integer({ minimum: 0, default: byDefault });

/** How many requests each caller has; spec/http.md says which routes none of it concerns. */
export const RateLimitConfig = closedObject({
  /** Of a token of a person or an operator. */
  tokenPerMinute: perMinute(RATE_LIMIT_DEFAULTS.tokenPerMinute),
  /** Of a token of another service, which sends for all of its patients. */
  systemPerMinute: perMinute(RATE_LIMIT_DEFAULTS.systemPerMinute),
  /** Of an address that sends no good token. */
  addressPerMinute: perMinute(RATE_LIMIT_DEFAULTS.addressPerMinute),
});
export type RateLimitConfig = Static<typeof RateLimitConfig>;
