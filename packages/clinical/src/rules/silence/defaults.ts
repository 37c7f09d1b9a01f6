import type { SilenceLimits } from '../../model/config.js';

const MINUTE_MS = 60_000;

/** The project's choice: several intervals of each. A meter measures when somebody wants to know. */
export const SILENCE_DEFAULTS: SilenceLimits = {
  cgmMs: 30 * MINUTE_MS,
  monitorMs: 5 * MINUTE_MS,
  meterMs: null,
  otherMs: null,
  authoritiesAfterMs: 120 * MINUTE_MS,
};
