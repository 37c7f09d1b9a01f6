import type { Patient } from '../patients/index.js';
import { newKeyOf } from './new-key.js';
import type { RecoveryStore } from './recovery-store.js';
import type { ConsentStep, StepStore } from './step-store.js';

/** A rotation of the consent key that was taken in here, with how far each channel is. */
export interface TakenRotation {
  readonly steps: readonly ConsentStep[];
  readonly job: string;
  readonly statement: string;
  /** Raw, base64url. */
  readonly newKey: string;
}

/** A patient's, oldest first. */
export function takenRotations(
  { patientNo }: Pick<Patient, 'patientNo'>,
  steps: Pick<StepStore, 'jobsOf'>,
): TakenRotation[] {
  return steps
    .jobsOf(patientNo, 'rotate')
    .reverse()
    .flatMap((all) => {
      const [first] = all;
      if (first === undefined) return [];
      const { job, statement } = first;
      const newKey = newKeyOf(statement);
      return newKey === undefined ? [] : [{ steps: all, job, statement, newKey }];
    });
}

/** The newest consent key: of the rotations that no ledger has refused, and of what has taken over. Raw, base64url. */
export function newestConsentKey(
  patient: Patient,
  {
    steps,
    recoveries,
  }: {
    readonly steps: Pick<StepStore, 'jobsOf'>;
    readonly recoveries: Pick<RecoveryStore, 'latest'>;
  },
): string {
  const recovered = recoveries.latest(patient.patientNo);
  const standing = takenRotations(patient, steps).findLast(
    ({ steps: of }) =>
      (of[0]?.madeMs ?? 0) >= (recovered?.heardMs ?? 0) &&
      (of.some(({ status }) => status === 'done') || of.every(({ status }) => status === 'open')),
  );
  return standing?.newKey ?? recovered?.newKey ?? patient.chain.state.consentKey;
}
