import type { StatementBody } from '@careledger/contracts';
import { unproved, type ProofExpectation } from '../patients/key-proof.js';
import { ConsentError } from './errors.js';

/** Whether who appoints a key has it: otherwise nobody could decide for the patient afterwards. @throws ConsentError */
export function checkKeyProof(
  patientId: string,
  { newKey, newKeyProof }: Pick<StatementBody<'rotatePatientKey'>, 'newKey' | 'newKeyProof'>,
  expected: ProofExpectation,
): void {
  const fault = unproved({ patientId, key: newKey, proof: newKeyProof }, expected);
  if (fault === undefined) return;
  const { why, cause } = fault;
  throw new ConsentError('CONSENT_STATEMENT_REFUSED', `The new key is not proved: ${why}`, { cause });
}
