import type { Role } from './attempt.js';
import { LEDGER_ATTEMPTS } from './ledger/ledger-attempts.js';
import { REPLAYS } from './ledger/replay.js';

/** What of an attempt does not depend on what it is made on. */
interface Described {
  readonly id: string;
  readonly role: Role;
  readonly what: string;
  readonly tries: readonly { readonly times?: number; readonly answer: string }[];
}

/** Everything that the suite tries, wherever. */
export const ATTEMPTS: readonly Described[] = [...REPLAYS, ...LEDGER_ATTEMPTS];
