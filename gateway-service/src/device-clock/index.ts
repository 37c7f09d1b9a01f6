export type { ClockState } from './clock-state.js';
export { DeviceClock, type Arrival, type TokenSample } from './device-clock.js';
export { GatewayClock } from './gateway-clock.js';
export { PROOF_INTERVAL_MS, PROOF_RETRY_MS } from './limits.js';
export { Nonces } from './nonces.js';
