import { PATIENTS_MSP, mspIdOf } from '@careledger/domain';
import { ProblemError, principalOf } from '@careledger/service-kit';
import type { ProblemCode } from './problems.js';

/** Who calls: the one organisation that the request's token speaks for. */
export interface Caller {
  readonly mspId: string;
}

/** Whom a request's token speaks for. @throws ProblemError FORBIDDEN where that is nobody */
export function callerOf(request: Parameters<typeof principalOf>[0]): Caller {
  const { mspId } = principalOf(request);
  if (mspId === undefined) throw new ProblemError('FORBIDDEN', 'This token speaks for no organisation');
  return { mspId };
}

/** Whether the caller's organisation is the one behind an id: for a patient the patients' operator. */
export const speaksFor = ({ mspId }: Caller, id: string): boolean =>
  mspId === (id.startsWith('pat_') ? PATIENTS_MSP : mspIdOf(id));

/**
 * A token speaks for one organisation. What it carries of another one is not taken, whoever signed that: it would count
 * as the other one's doing here.
 * @param id of the patient, authority or provider whose word it is
 * @throws ProblemError ORGANISATION_MISMATCH
 */
export function assertSpeaksFor(caller: Caller, id: string): void {
  if (!speaksFor(caller, id))
    throw new ProblemError<ProblemCode>(
      'ORGANISATION_MISMATCH',
      `The token is of ${caller.mspId}, which does not speak for ${id}`,
    );
}
