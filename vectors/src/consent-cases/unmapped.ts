import type { CaseSource } from '@careledger/consent/testing';
import { iheSource } from './ihe.js';

/** A published case that no vector tells, since the rules have no term for it. */
export interface UnmappedCase {
  readonly number: number;
  readonly source: CaseSource;
  /** What it says, why that cannot be said, and what would be needed. */
  readonly says: string;
  readonly reason: string;
  readonly needs: string;
}

export const UNMAPPED: readonly UnmappedCase[] = [
  {
    number: 2,
    source: iheSource('ex-consent-basic-treat-infant'),
    says: 'A mother agrees in her infant’s place.',
    reason: 'Nobody decides in another’s name: there is one consent key of a patient, and no delegate’s.',
    needs: 'Delegation: a key of the guardian’s for this patient, with numbers of its own.',
  },
];
