import { ProblemError } from '@careledger/service-kit';
import type { ProblemCode } from '../problems.js';

/** A refusal by a check of this service's own, under the code that the ledger or the format has for it as `reason`. */
export function refusal(
  refusedAs: ProblemCode,
  reason: string,
  detail: string,
  options: ErrorOptions & { readonly members?: Readonly<Record<string, unknown>> } = {},
): ProblemError<ProblemCode> {
  const { members, ...rest } = options;
  return new ProblemError<ProblemCode>(refusedAs, `${reason}: ${detail}`, {
    ...rest,
    members: { ...members, reason },
  });
}
