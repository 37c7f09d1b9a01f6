import { copiesOf } from '../ledger-access/copies.js';
import type { LedgerReader } from '../ledger-access/ledger-link.js';
import type { Patient } from '../patients/index.js';
import type { Comparison, Found } from './difference.js';

export interface CopyEndsComparisonOptions {
  readonly ledger: LedgerReader;
  readonly clock: () => number;
}

/** Grants that let an authority keep a copy and have ended, and what the authority has attested of its copy. */
export class CopyEndsComparison implements Comparison {
  readonly #options: CopyEndsComparisonOptions;

  constructor(options: CopyEndsComparisonOptions) {
    this.#options = options;
  }

  async compare({ patientId }: Patient): Promise<Found[]> {
    const { ledger, clock } = this.#options;
    const copies = await copiesOf(ledger, patientId, clock());
    return copies.flatMap(({ authorityId, grantId, owed }): Found[] => {
      // Within the limit it is on its way.
      if (owed?.isOverdue !== true) return [];
      return [{ code: 'COPY_END_UNATTESTED', channel: 'authorities', about: `${authorityId}/${grantId}` }];
    });
  }
}
