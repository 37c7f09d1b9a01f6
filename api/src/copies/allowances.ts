import type { AnnouncedRecordState } from '@careledger/contracts';
import { sha256 } from '@careledger/crypto';
import type { Period, PurposeOfUse } from '@careledger/domain';
import { copyUnitHash } from '@careledger/envelope/portable';
import { concerns, coversReading, isDenial, termsOnRecord, type TaggedVersion } from '@careledger/policy';
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

const isReadForCopy = (grant: MirroredGrant): boolean =>
  grant.copy !== undefined && concerns(grant, 'read', grant.copy.purpose);

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

  /** Of the grants that let it keep a copy, those by which it is told of records. */
  telling(patientId: string): MirroredGrant[] {
    return this.policy.noticing(patientId).filter(isReadForCopy);
  }

  /** Of these, those that are about the record. */
  about(record: AnnouncedRecordState): MirroredGrant[] {
    return this.policy.noticing(record.patientId, termsOnRecord(record)).filter(isReadForCopy);
  }

  /** Whether a grant in force that lets a copy be kept is about what is kept, as the ledger has it now. */
  cover(kept: TaggedVersion<Period>, nowMs: number): boolean {
    const terms = termsOnRecord(kept);
    return this.grants(kept.patientId).some((grant) => coversReading(grant, terms, nowMs));
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
