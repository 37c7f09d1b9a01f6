import { sha256 } from '@careledger/crypto';
import type { PurposeOfUse } from '@careledger/domain';
import { copyUnitHash } from '@careledger/envelope/portable';
import { isDenial } from '@careledger/policy';
import type { Meanings } from '../policy/meanings.js';
import type { MirroredGrant } from '../policy/mirror-store.js';
import type { Policy } from '../policy/policy.js';

/** A copy that a grant in force lets this authority keep. */
export interface Allowance {
  readonly grantId: string;
  readonly purpose: PurposeOfUse;
  /** Unit of this authority. */
  readonly unit: string;
}

/** Whether a grant lets its authority keep a copy. */
const isOfCopy = (grant: MirroredGrant): boolean => !isDenial(grant) && grant.copy !== undefined;

/** Which copies patients let this authority keep, by the mirror of the ledger. */
export class Allowances {
  constructor(
    readonly policy: Policy,
    readonly meanings: Meanings,
  ) {}

  /** Whether a grant in force lets it keep a copy of this patient's records: some grant, unless one is named. */
  stands(patientId: string, named?: Pick<Allowance, 'grantId'>): boolean {
    return this.grants(patientId).some(({ grantId }) => named === undefined || grantId === named.grantId);
  }

  /** Grants in force that let it keep a copy. */
  grants(patientId: string): MirroredGrant[] {
    return this.policy.inForce(patientId).filter(isOfCopy);
  }

  /** None where the grant does not say readably at which unit: that is nobody's. */
  async of(patientId: string): Promise<Allowance[]> {
    const allowed: Allowance[] = [];
    for (const grant of this.grants(patientId)) {
      const { grantId, copy } = grant;
      const unit = (await this.meanings.of(grant))?.copy;
      if (copy === undefined || unit === undefined || copyUnitHash(sha256, unit) !== copy.unitHash) continue;
      allowed.push({ grantId, purpose: copy.purpose, unit: unit.unit });
    }
    return allowed;
  }
}
