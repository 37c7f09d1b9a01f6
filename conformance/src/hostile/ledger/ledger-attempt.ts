import { kindOf, type AlikeAttempts, type AttemptKind, type Try } from '../attempt.js';
import type { LedgerFixture } from './ledger-fixture.js';

/** Where an attempt is tried, if not everywhere. */
interface Where {
  readonly where?: 'memory' | 'network';
}
/** An attempt on the ledger. */
export type LedgerTry = Try<LedgerFixture> & Where;
export type LedgerKind = AttemptKind<LedgerFixture, LedgerTry>;

export function kind({ where, ...alike }: AlikeAttempts<LedgerFixture> & Where): LedgerKind {
  const made = kindOf(alike);
  if (where === undefined) return made;
  return { ...made, tries: made.tries.map((each) => ({ ...each, where })) };
}
