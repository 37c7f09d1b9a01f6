import { everyWrapHolder } from '@careledger/ledger/answers';
import type { LedgerReader } from '../ledger-access/ledger-link.js';
import type { Patient } from '../patients/index.js';
import type { Comparison, Found } from './difference.js';

/** Revocations on `cloud`, and what providers have attested of deleted wraps. */
export class DeletionsComparison implements Comparison {
  readonly #ledger: LedgerReader;

  constructor({ ledger }: { readonly ledger: LedgerReader }) {
    this.#ledger = ledger;
  }

  async compare({ patientId }: Patient): Promise<Found[]> {
    const holders = await everyWrapHolder(this.#ledger.channel('cloud'), patientId);
    return holders.flatMap(({ providerId, owed }): Found[] => {
      // Within the limit it is on its way.
      if (owed?.isOverdue !== true) return [];
      const about = `${providerId}/${owed.policyVersion}`;
      return [{ code: 'DELETION_UNATTESTED', channel: 'cloud', about }];
    });
  }
}
