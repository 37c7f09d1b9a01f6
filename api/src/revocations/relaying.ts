import type { JobWords, Jobs, LongWork } from '@careledger/service-kit';
import type { RevocationService } from './revocation-service.js';
import type { RelayedRevocation } from './schemas.js';

export const RELAYING: JobWords<'relaying'> = { kind: 'revocation', stages: ['relaying'] };

/** Revocations on their way to the ledgers, by statement: the ledgers know one that they have. */
export const relayingOf = (
  jobs: Pick<Jobs, 'perform'>,
  service: Pick<RevocationService, 'relay'>,
): LongWork<RelayedRevocation, RelayedRevocation | null> =>
  jobs.perform(RELAYING, (statement, { report }) =>
    service.relay(statement, (done, total) => report({ stage: 'relaying', done, total })),
  );
