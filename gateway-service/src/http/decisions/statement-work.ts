import { Type } from 'typebox';
import { Value } from 'typebox/value';
import type { StepStore } from '../../consent/index.js';
import type { PatientProgress } from '../../patients/progress.js';

/** A statement's id is chosen by who makes it: the patient is part of what names it. */
export interface StatementName {
  readonly patientId: string;
  readonly statementId: string;
}

const Reference = Type.Tuple([Type.String(), Type.String()]);

/** What a job that takes a statement to the ledgers is about. */
export const referenceOf = ({ patientId, statementId }: StatementName): string =>
  JSON.stringify([patientId, statementId]);

export function fromReference(reference: string): StatementName {
  const [patientId, statementId] = Value.Parse(Reference, JSON.parse(reference));
  return { patientId, statementId };
}

export interface StatementWait {
  readonly patientNo: number;
  readonly statementId: string;
  readonly isEnough: () => boolean;
  readonly waitMs: number;
}

/** Waits for as much of a statement's way as is enough; one that was refused has come to its end. */
export async function whenReached(
  { progress, steps }: { progress: Pick<PatientProgress, 'until'>; steps: Pick<StepStore, 'job'> },
  { patientNo, statementId, isEnough, waitMs }: StatementWait,
): Promise<void> {
  const isRefused = () => steps.job(patientNo, statementId).some(({ status }) => status === 'refused');
  await progress.until(patientNo, () => isRefused() || isEnough(), waitMs);
}
