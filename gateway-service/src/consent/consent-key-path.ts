import { fromBase64url, kidOf, toBase64url } from '@careledger/crypto';
import { readStatement } from '@careledger/statements';
import type { Patient, Patients } from '../patients/index.js';
import type { RecoveryStore } from './recovery-store.js';
import type { StepStore } from './step-store.js';
import { takenRotations, type TakenRotation } from './taken-rotations.js';

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
  const rotations = takenRotations(patient, steps)
    .filter((rotation) => rotation.steps.some(({ status }) => status !== 'refused'))
    .reverse();
  const walk = (from: string): boolean => reaches(from, inForce, rotations);
  const recovered = recoveries.unsealed(patient.patientNo);
  return walk(patient.chain.state.consentKey) || (recovered !== undefined && walk(recovered.newKey));
}

function reaches(from: string, inForce: string, taken: readonly TakenRotation[]): boolean {
  const rotations = [...taken];
  let key: string | undefined = from;
  while (key !== undefined && key !== inForce) {
    const kid = kidOf('Ed25519', fromBase64url(key));
    const index = rotations.findIndex(({ statement }) => readStatement(statement).header.kid === kid);
    const [next] = index < 0 ? [] : rotations.splice(index, 1);
    key = next?.newKey;
  }
  return key === inForce;
}
