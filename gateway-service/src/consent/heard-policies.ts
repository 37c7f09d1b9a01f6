import type { EventPayload } from '@careledger/contracts';
import type { Patients } from '../patients/index.js';
import type { GatewayStore } from '../store/index.js';
import type { AdoptedDelegations } from './adopted-delegations.js';
import type { AdoptedRules } from './adopted-rules.js';
import type { GrantStore } from './grant-store.js';

type PolicyNews = EventPayload<'PolicyChanged'>['changes'][number];

export interface HeardPoliciesOptions {
  readonly patients: Pick<Patients, 'find'>;
  readonly store: Pick<GatewayStore, 'sync'>;
  readonly grants: Pick<GrantStore, 'get'>;
  readonly rules: Pick<AdoptedRules, 'compare'>;
  readonly delegations: Pick<AdoptedDelegations, 'compare'>;
}

/**
 * Hears what changes who may read a patient's records and went past this gateway: what the patient's app has handed to an
 * authority or a provider. Until it is known here, providers refuse the wraps that this gateway makes by what it has.
 */
export class HeardPolicies {
  readonly #options: HeardPoliciesOptions;

  constructor(options: HeardPoliciesOptions) {
    this.#options = options;
  }

  /**
   * A channel has these. Asks the ledgers where this gateway does not know of it already. On disk when it resolves.
   * @throws LedgerError
   */
  async hear({ changes }: EventPayload<'PolicyChanged'>): Promise<void> {
    const { patients, store, rules, delegations } = this.#options;
    for (const change of changes) {
      const patient = patients.find(change.patientId);
      if (patient === undefined || !this.#isNews(patient.patientNo, change)) continue;
      await rules.compare(patient);
      await delegations.compare(patient);
      await store.sync();
    }
  }

  #isNews(patientNo: number, { granted, revoked }: PolicyNews): boolean {
    // Delegations and revoke-alls do not name what they change; they are rare.
    if (granted.length + revoked.length === 0) return true;
    const isUnknown = (grantId: string): boolean => {
      const known = this.#options.grants.get(patientNo, grantId);
      // One of the patient's takes the place of a delegate's of this id.
      return known === undefined || known.status === 'refused' || known.body.path !== undefined;
    };
    const isStanding = (grantId: string): boolean => {
      const known = this.#options.grants.get(patientNo, grantId);
      return known !== undefined && known.status !== 'revoked';
    };
    return granted.some(({ grantId }) => isUnknown(grantId)) || revoked.some(isStanding);
  }
}
