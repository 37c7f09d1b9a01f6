import type { GrantDifference, Reconciler } from '../consent/reconciler.js';
import type { Patient } from '../patients/index.js';
import type { Comparison, Found } from './difference.js';

/** Grants and denials on both channels: the reconciler sends again by itself what this gateway has the statement of. */
export class GrantsComparison implements Comparison {
  readonly #reconciler: Pick<Reconciler, 'compare'>;

  constructor({ reconciler }: { readonly reconciler: Pick<Reconciler, 'compare'> }) {
    this.#reconciler = reconciler;
  }

  async compare(patient: Patient): Promise<Found[]> {
    return (await this.#reconciler.compare(patient)).map(foundOf);
  }
}

function foundOf({ grantId, missingOn, notRevokedOn, isBeingMended }: GrantDifference): Found {
  return {
    code: missingOn === null ? 'GRANT_NOT_REVOKED' : 'GRANT_MISSING',
    channel: missingOn ?? notRevokedOn,
    about: grantId,
    ...(isBeingMended && { isSent: true }),
  };
}
