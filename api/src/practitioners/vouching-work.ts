import { CHANNELS } from '@careledger/domain';
import type { JobWords, Jobs, LongWork } from '@careledger/service-kit';
import type { Static } from 'typebox';
import type { Outbox } from '../outbox/outbox.js';
import { problem } from '../problems.js';
import type { PractitionerService } from './practitioner-service.js';
import { PRACTITIONER_STAGES, type PractitionerStage } from './practitioner-store.js';
import { shown, type ShownPractitioner } from './schemas.js';

type Words = JobWords<PractitionerStage>;
export const REGISTRATION: Words = { kind: 'practitioner', stages: PRACTITIONER_STAGES };
export const WITHDRAWAL: Words = { kind: 'practitioner-withdrawal', stages: PRACTITIONER_STAGES };

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
  const watch = (words: Words, open: readonly PractitionerStage[]): Work =>
    jobs.watch(words, async (practitionerId, { waitMs }) => {
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
    registering: watch(REGISTRATION, ['registering']),
    withdrawing: watch(WITHDRAWAL, ['withdrawing']),
  };
}
