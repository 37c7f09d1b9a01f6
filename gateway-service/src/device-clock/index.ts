export { NOTHING_KNOWN, type ClockState } from './clock-state.js';
export { DeviceClock, type TokenSample } from './device-clock.js';
export { GatewayClock } from './gateway-clock.js';
export { Greetings } from './greetings.js';
export { PROOF_INTERVAL_MS, PROOF_RETRY_MS } from './limits.js';
export { Nonces } from './nonces.js';
