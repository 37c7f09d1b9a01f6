import type { AttemptKind, Role, Try } from '../attempt.js';
import type { LedgerFixture } from './ledger-fixture.js';

/** An attempt on the ledger. */
export interface LedgerTry extends Try<LedgerFixture> {
  /** Where it is tried, if not everywhere. */
  readonly where?: 'memory' | 'network';
}
export type LedgerKind = AttemptKind<LedgerFixture, LedgerTry>;

/** Attempts that are told apart by a word each. */
export const kind = (
  id: string,
  role: Role,
  what: string,
  answer: string,
  tries: Readonly<Record<string, LedgerTry['run']>>,
  where?: 'memory' | 'network',
): LedgerKind => ({
  id,
  role,
  what,
  tries: Object.entries(tries).map(([name, run]) => ({
    name,
    answer,
    run,
    ...(where === undefined ? {} : { where }),
  })),
});
