import { deviceAttempts } from './devices/device-attempts.js';
import { door } from './http/every-route.js';
import { gatewayAttempts } from './http/gateway-attempts.js';
import { hospitalAttempts } from './http/hospital-attempts.js';
import type { HttpKind } from './http/http-attempt.js';

/** Everything that is tried at the doors of services that run as processes. */
export const HTTP_ATTEMPTS: readonly HttpKind[] = [
  ...door,
  ...gatewayAttempts,
  ...hospitalAttempts,
  ...deviceAttempts,
];
