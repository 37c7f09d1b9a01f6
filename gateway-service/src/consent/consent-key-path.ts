import { fromBase64url, kidOf, toBase64url } from '@careledger/crypto';
import { readStatement } from '@careledger/statements';
import type { Patient, Patients } from '../patients/index.js';
import { newKeyOf } from './new-key.js';
import type { RecoveryStore } from './recovery-store.js';
import type { StepStore } from './step-store.js';

export interface ConsentKeyPathOptions {
  readonly patients: Pick<Patients, 'consentKey'>;
  readonly steps: Pick<StepStore, 'jobsOf'>;
  readonly recoveries: Pick<RecoveryStore, 'unsealed'>;
}

/**
 * Whether a patient's chain comes to the consent key in force by rotations that were taken in here, or by a recovery. Not
 * where others took a rotation to the ledger and nobody has brought it here.
 */
export function reachesKeyInForce(
  patient: Patient,
  { patients, steps, recoveries }: ConsentKeyPathOptions,
): boolean {
  const inForce = toBase64url(patients.consentKey(patient));
  const rotations = steps
    .jobsOf(patient.patientNo, 'rotate')
    .filter((job) => job.some(({ status }) => status !== 'refused'))
    .map(([step]) => step?.statement ?? '');
  const walk = (from: string): boolean => reaches(from, inForce, rotations);
  const recovered = recoveries.unsealed(patient.patientNo);
  return walk(patient.chain.state.consentKey) || (recovered !== undefined && walk(recovered.newKey));
}

function reaches(from: string, inForce: string, statements: readonly string[]): boolean {
  const rotations = [...statements];
  let key: string | undefined = from;
  while (key !== undefined && key !== inForce) {
    const kid = kidOf('Ed25519', fromBase64url(key));
    const index = rotations.findIndex((statement) => readStatement(statement).header.kid === kid);
    const [next] = index < 0 ? [] : rotations.splice(index, 1);
    key = next === undefined ? undefined : newKeyOf(next);
  }
  return key === inForce;
}
