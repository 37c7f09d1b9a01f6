import type { Role } from './attempt.js';
import { HTTP_ATTEMPTS } from './http/http-attempts.js';
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
  { where: 'services', kinds: HTTP_ATTEMPTS },
  { where: 'provider', kinds: PROVIDER_ATTEMPTS },
];
