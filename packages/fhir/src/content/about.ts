import { AuthorityId, type RecordKind } from '@careledger/domain';
import { Value } from 'typebox/value';
import { FhirError } from '../errors.js';

/** What the signed manifest and the ledger say of a record. */
export interface RecordAbout {
  readonly patientId: string;
  /** The patient, for whom the gateway writes, or an authority. */
  readonly author: string;
  readonly kind: RecordKind;
}

/**
 * Gateways make periodic and emergency records, authorities clinical ones.
 * @throws FhirError AUTHOR_MISMATCH, KIND_MISMATCH
 */
export function checkAbout({ patientId, author, kind }: RecordAbout): void {
  if (author !== patientId && !Value.Check(AuthorityId, author)) {
    throw new FhirError('AUTHOR_MISMATCH', '', `${author} writes no records of ${patientId}`);
  }
  if ((kind === 'clinical') === (author === patientId)) {
    throw new FhirError('KIND_MISMATCH', '', `${author} makes no ${kind} records`);
  }
}
