import { deviceAttempts } from '../devices/device-attempts.js';
import { door } from './door.js';
import { gatewayAttempts } from './gateway-attempts.js';
import { hospitalAttempts } from './hospital-attempts.js';
import type { HttpKind } from './http-attempt.js';

/** Everything that is tried at the doors of services that run as processes. */
export const HTTP_ATTEMPTS: readonly HttpKind[] = [
  ...door,
  ...gatewayAttempts,
  ...hospitalAttempts,
  ...deviceAttempts,
];
