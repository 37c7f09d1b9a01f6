import type { JobWords, Jobs, LongWork } from '@careledger/service-kit';
import type { RecoveryService } from './recovery-service.js';
import type { Vouched } from './schemas.js';

export const VOUCHING: JobWords<'relaying'> = { kind: 'recovery', stages: ['relaying'] };

/** Words for keys on their way to the ledgers, by statement: it was signed before the job began, and is sent again as it is. */
export const vouchingOf = (
  jobs: Pick<Jobs, 'perform'>,
  service: Pick<RecoveryService, 'send'>,
): LongWork<Vouched, Vouched | null> =>
  jobs.perform(VOUCHING, (statement, { report }) =>
    service.send(statement, (done, total) => report({ stage: 'relaying', done, total })),
  );
