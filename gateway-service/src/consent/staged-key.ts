import { fromBase64url, kidOf } from '@careledger/crypto';
import type { Patient } from '../patients/index.js';
import type { PatientKeys } from '../patients/patient-keys.js';
import { newKeyOf } from './new-key.js';
import type { ConsentStep, StepStore } from './step-store.js';

/** Keys of this gateway's for a patient that the patient replaces one by one: what signs, and what opens records. */
export type OfferedUse = 'gateway' | 'encryption';

type StagedKids = Pick<PatientKeys, 'stagedGatewayKid' | 'stagedEncryptionKid'>;

const CURVES = { gateway: 'Ed25519', encryption: 'X25519' } as const;

const stagedKid = (keys: StagedKids, use: OfferedUse): string | undefined =>
  use === 'gateway' ? keys.stagedGatewayKid : keys.stagedEncryptionKid;

/** Whether a key (raw, base64url) is the one that lies ready here. */
export function isStaged(keys: StagedKids, use: OfferedUse, key: string): boolean {
  const staged = stagedKid(keys, use);
  return staged !== undefined && kidOf(CURVES[use], fromBase64url(key)) === staged;
}

/** The patient's statements that appoint the key that lies ready, newest first, each with its steps. */
export function jobsOfStaged(
  { patientNo }: Pick<Patient, 'patientNo'>,
  use: OfferedUse,
  { keys, steps }: { readonly keys: StagedKids; readonly steps: Pick<StepStore, 'jobsOf'> },
): ConsentStep[][] {
  if (stagedKid(keys, use) === undefined) return [];
  return steps.jobsOf(patientNo, 'rekey').filter(([step]) => {
    const newKey = newKeyOf(step?.statement ?? '');
    return newKey !== undefined && isStaged(keys, use, newKey);
  });
}
