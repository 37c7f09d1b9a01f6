import { ProblemError, type ProblemErrorOptions } from '@careledger/service-kit';
import type { ProblemCode } from './problems.js';

/** A refusal of this service. */
export const problem = (code: ProblemCode, detail: string, options: ProblemErrorOptions = {}) =>
  new ProblemError<ProblemCode>(code, detail, options);
