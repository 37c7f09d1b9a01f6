import { access } from './access.js';
import { callers } from './callers.js';
import { confirmations } from './confirmations.js';
import { consent } from './consent.js';
import { copies } from './copies.js';
import { delegations } from './delegations.js';
import { denials } from './denials.js';
import { forgeries } from './forgeries.js';
import type { LedgerKind } from './ledger-attempt.js';
import { presence } from './presence.js';
import { questions } from './questions.js';
import { records } from './records.js';
import { registrations } from './registrations.js';

/** Everything that is tried on the ledger. */
export const LEDGER_ATTEMPTS: readonly LedgerKind[] = [
  ...callers,
  ...forgeries,
  ...registrations,
  ...consent,
  ...denials,
  ...delegations,
  ...confirmations,
  ...records,
  ...access,
  ...copies,
  ...presence,
  ...questions,
];
