import type { CaseSource } from '@careledger/consent/testing';
import { iheSource } from './ihe.js';
import { leapSource } from './leap.js';

/** A published case that no vector tells, since the rules have no term for it. */
export interface UnmappedCase {
  readonly number: number;
  readonly source: CaseSource;
  /** What it says, why that cannot be said, and what would be needed. */
  readonly says: string;
  readonly reason: string;
  readonly needs: string;
}

const BY_AUTHOR = {
  reason: 'A rule has no author: neither scope nor period says who wrote a record.',
  needs: 'A term for the author, an authority or one of its practitioners, in grants and denials.',
};
const BY_ENCOUNTER = {
  reason: 'A rule has no encounter, and no tag of a record stands for one.',
  needs: 'A term for the encounter, and its tag in each group of a record.',
};
const BY_RECORD = {
  reason: 'A rule names kinds of records, never one record.',
  needs: 'A term for the record; and one resource of a record would have to be a record of its own.',
};

export const UNMAPPED: readonly UnmappedCase[] = [
  {
    number: 2,
    source: iheSource('ex-consent-basic-treat-infant'),
    says: 'A mother agrees in her infant’s place.',
    reason: 'Nobody decides in another’s name: there is one consent key of a patient, and no delegate’s.',
    needs: 'Delegation: a key of the guardian’s for this patient, with numbers of its own.',
  },
  {
    number: 9,
    source: iheSource('ex-consent-intermediate-authoredby'),
    says: 'Only what one practitioner wrote.',
    ...BY_AUTHOR,
  },
  {
    number: 10,
    source: iheSource('ex-consent-intermediate-not-authoredby'),
    says: 'Everything but what one practitioner wrote.',
    ...BY_AUTHOR,
  },
  {
    number: 11,
    source: iheSource('ex-consent-intermediate-encounter'),
    says: 'Only what belongs to one encounter.',
    ...BY_ENCOUNTER,
  },
  {
    number: 12,
    source: iheSource('ex-consent-intermediate-not-encounter'),
    says: 'Everything but what belongs to one encounter.',
    ...BY_ENCOUNTER,
  },
  {
    number: 13,
    source: iheSource('ex-consent-intermediate-data'),
    says: 'Only certain resources, one by one.',
    ...BY_RECORD,
  },
  {
    number: 14,
    source: iheSource('ex-consent-intermediate-not-data'),
    says: 'Everything but one resource.',
    ...BY_RECORD,
  },
  {
    number: 2,
    source: leapSource('consent-boris-deny-restricted-clinical-code'),
    says: 'One organisation does not see what has a certain clinical code.',
    reason: 'A scope names categories and resource types, no clinical codes.',
    needs: 'A term for a code, and its tag in each group of a record; a group has 16 tags at most.',
  },
];
