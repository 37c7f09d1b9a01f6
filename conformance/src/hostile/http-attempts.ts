import { deviceAttempts } from './devices/device-attempts.js';
import { everyRoute } from './http/every-route.js';
import { gatewayAttempts } from './http/gateway-attempts.js';
import { hospitalAttempts } from './http/hospital-attempts.js';
import type { HttpKind } from './http/http-attempt.js';

/** Everything that is tried at the APIs of services that run as processes. */
export const HTTP_ATTEMPTS: readonly HttpKind[] = [
  ...everyRoute,
  ...gatewayAttempts,
  ...hospitalAttempts,
  ...deviceAttempts,
];
