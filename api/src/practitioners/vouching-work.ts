import { CHANNELS } from '@careledger/domain';
import type { Jobs, LongWork } from '@careledger/service-kit';
import type { Static } from 'typebox';
import type { Outbox } from '../outbox/outbox.js';
import { problem } from '../problems.js';
import type { PractitionerService } from './practitioner-service.js';
import type { PractitionerStage } from './practitioner-store.js';
import { shown, type ShownPractitioner } from './schemas.js';

export interface VouchingWorkOptions {
  readonly jobs: Pick<Jobs, 'watch'>;
  readonly outbox: Pick<Outbox, 'finished' | 'lastError'>;
  readonly service: Pick<PractitionerService, 'get'>;
}

/** By practitioner. */
type Work = LongWork<Static<typeof ShownPractitioner>>;

/** What the ledgers are told of practitioners: that the authority vouches for them, or does no more. */
export function vouchingWork({
  jobs,
  outbox,
  service,
}: VouchingWorkOptions): Record<'registering' | 'withdrawing', Work> {
  const watch = (kind: string, open: readonly PractitionerStage[]): Work =>
    jobs.watch(kind, async (practitionerId, { waitMs }) => {
      await outbox.finished('practitioner', practitionerId, waitMs);
      const practitioner = service.get(practitionerId);
      const { refusal, stage, txIds } = practitioner;
      if (stage === 'refused')
        throw problem('LEDGER_REFUSED', `The ledger refused the practitioner: ${refusal}`, {
          members: { reason: refusal, practitionerId },
        });
      const isDone = !open.includes(stage);
      const total = CHANNELS.length;
      return {
        ...{ isDone, stage, done: isDone ? total : Object.keys(txIds).length, total },
        lastError: outbox.lastError('practitioner', practitionerId),
        result: shown(practitioner),
      };
    });
  return {
    registering: watch('practitioner', ['registering']),
    withdrawing: watch('practitioner-withdrawal', ['withdrawing']),
  };
}
