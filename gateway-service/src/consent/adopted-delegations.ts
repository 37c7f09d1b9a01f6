import { accessControl } from '@careledger/contracts';
import { CHANNELS } from '@careledger/domain';
import { allRows, orUndefined } from '@careledger/ledger';
import type { LedgerReader } from '../ledger-access/ledger-link.js';
import type { Patient } from '../patients/index.js';
import type { GatewayStore } from '../store/index.js';
import { delegationTerms, type DelegationStore } from './delegation-store.js';

export interface AdoptedDelegationsOptions {
  readonly store: Pick<GatewayStore, 'deferred'>;
  readonly delegations: DelegationStore;
  readonly ledger: LedgerReader;
  readonly clock: () => number;
}

/** Takes over delegations, and ends of some, that reached the ledgers by another way. */
export class AdoptedDelegations {
  readonly #options: AdoptedDelegationsOptions;

  constructor(options: AdoptedDelegationsOptions) {
    this.#options = options;
  }

  /** An end counts that either channel has, an appointment once both have it. @throws LedgerError */
  async compare({ patientId, patientNo }: Patient): Promise<void> {
    const { store, delegations, ledger, clock } = this.#options;
    const [authorities = [], cloud = []] = await Promise.all(
      CHANNELS.map((name) =>
        // A channel on which the patient is still to be registered has none.
        orUndefined(
          allRows((page) =>
            ledger.channel(name).evaluate(accessControl, 'ListDelegations', { patientId, ...page }),
          ),
          'PATIENT_UNKNOWN',
        ),
      ),
    );
    const onBoth = authorities.filter((row) =>
      cloud.some((other) => other.delegationId === row.delegationId),
    );
    const made = onBoth.filter(({ delegationId }) => delegations.get(patientNo, delegationId) === undefined);
    const isStanding = new Set(delegations.standing(patientNo).map(({ delegationId }) => delegationId));
    const ended = [...authorities, ...cloud].filter(
      ({ delegationId, endedAt }) =>
        endedAt !== undefined &&
        (isStanding.has(delegationId) || made.some((row) => row.delegationId === delegationId)),
    );
    if (made.length + ended.length === 0) return;
    store.deferred(() => {
      for (const state of made) {
        const { delegationId, appointedAt } = state;
        const madeMs = Date.parse(appointedAt);
        delegations.insert({
          patientNo,
          delegationId,
          terms: delegationTerms(state, state),
          status: 'active',
          madeMs,
        });
      }
      for (const { delegationId } of ended) delegations.end(patientNo, delegationId, clock());
    });
  }
}
