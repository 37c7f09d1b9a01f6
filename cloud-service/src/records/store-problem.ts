import { problemOfLedger } from '@careledger/ledger/service';
import type { StoreProblem } from '@careledger/protocol';
import { catalogued, commonProblems, problemOf, type Logger } from '@careledger/service-kit';
import { problems, type ProblemCode } from '../problems.js';

const CATALOGUE = { ...commonProblems, ...problems };
const FAILED = problemOf('INTERNAL_ERROR', commonProblems.INTERNAL_ERROR);

/** What is said of one version of a batch: as the answer to it alone, and no more of a failure of this side's than its code. */
export function storeProblemOf(error: unknown, logger: Pick<Logger, 'error'>): StoreProblem {
  const known = catalogued(problemOfLedger<ProblemCode>(error, 'RECORD_REFUSED'), CATALOGUE);
  const { code, detail = 'The log has the cause', status, reason } = known ?? FAILED;
  if (status >= FAILED.status) logger.error({ err: error, code }, 'a version of a batch failed');
  return { code, detail, status, ...(typeof reason === 'string' && { reason }) };
}
