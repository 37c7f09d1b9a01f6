import { fromBase64url, kidOf, toBase64url } from '@careledger/crypto';
import { readStatement } from '@careledger/statements';
import type { Patient, Patients } from '../patients/index.js';
import { newKeyOf } from './new-key.js';
import type { StepStore } from './step-store.js';

/**
 * Whether a patient's chain comes to the consent key in force by rotations that were taken in here. Not where others took one to
 * the ledger and nobody has brought it here, nor after a recovery.
 */
export function reachesKeyInForce(
  patient: Patient,
  { patients, steps }: { patients: Pick<Patients, 'consentKey'>; steps: Pick<StepStore, 'jobsOf'> },
): boolean {
  const inForce = toBase64url(patients.consentKey(patient));
  const rotations = steps
    .jobsOf(patient.patientNo, 'rotate')
    .filter((job) => job.some(({ status }) => status !== 'refused'))
    .map(([step]) => step?.statement ?? '');
  let key: string | undefined = patient.chain.state.consentKey;
  while (key !== undefined && key !== inForce) {
    const kid = kidOf('Ed25519', fromBase64url(key));
    const index = rotations.findIndex((statement) => readStatement(statement).header.kid === kid);
    const [next] = index < 0 ? [] : rotations.splice(index, 1);
    key = next === undefined ? undefined : newKeyOf(next);
  }
  return key === inForce;
}
