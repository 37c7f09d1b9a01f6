import type { Role } from './attempt.js';
import { deviceAttempts } from './devices/device-attempts.js';
import { GATE_ATTEMPTS } from './gate/gate-attempts.js';
import { everyRoute } from './http/every-route.js';
import { gatewayAttempts } from './http/gateway-attempts.js';
import { hospitalAttempts } from './http/hospital-attempts.js';
import { LEDGER_ATTEMPTS } from './ledger/ledger-attempts.js';
import { REPLAYS } from './ledger/replay.js';
import { PROVIDER_ATTEMPTS } from './provider/provider-attempts.js';

/** What of an attempt does not depend on what it is made on. */
interface Described {
  readonly id: string;
  readonly role: Role;
  readonly what: string;
  readonly tries: readonly { readonly times?: number; readonly answer: string }[];
}

/** Everything that the suite tries, by where it is tried. */
export const ATTEMPTS: readonly { readonly where: string; readonly kinds: readonly Described[] }[] = [
  { where: 'ledger', kinds: [...REPLAYS, ...LEDGER_ATTEMPTS] },
  { where: 'every service', kinds: everyRoute },
  { where: 'gateway', kinds: [...gatewayAttempts, ...deviceAttempts] },
  { where: 'api', kinds: [...hospitalAttempts, ...GATE_ATTEMPTS] },
  { where: 'provider', kinds: PROVIDER_ATTEMPTS },
];
