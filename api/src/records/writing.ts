import type { JobWords, Jobs, LongWork } from '@careledger/service-kit';
import type { Static } from 'typebox';
import type { Outbox } from '../outbox/outbox.js';
import { problem } from '../problems.js';
import type { WriteStatus } from './schemas.js';
import { ofWriteRef, writeRef } from './write-service.js';
import { WRITE_STAGES, type Write, type WriteStage, type WriteStore } from './write-store.js';

export const WRITING: JobWords<WriteStage> = { kind: 'record', stages: WRITE_STAGES };
/** Those before a write is done: stored, announced. */
const STEPS = WRITE_STAGES.indexOf('announced');

export interface WritingOptions {
  readonly jobs: Pick<Jobs, 'watch'>;
  readonly outbox: Pick<Outbox, 'finished' | 'lastError'>;
  readonly writes: Pick<WriteStore, 'find'>;
}

/** Versions on their way to a provider and the authorities. */
export function writingOf({ jobs, outbox, writes }: WritingOptions): LongWork<Static<typeof WriteStatus>> {
  return jobs.watch(WRITING, async (reference, { waitMs }) => {
    await outbox.finished('record', reference, waitMs);
    const write = writes.find(...ofWriteRef(reference));
    if (write === undefined) throw problem('RECORD_UNKNOWN', 'The version was given up meanwhile');
    const { recordId, refusal, stage, version } = write;
    if (stage === 'refused')
      throw problem('RECORD_REFUSED', `The ledger refused the record: ${refusal}`, {
        members: { reason: refusal, recordId, version },
      });
    const result = statusOf(write, outbox);
    return {
      ...{ isDone: stage === 'announced', stage, done: WRITE_STAGES.indexOf(stage), total: STEPS },
      ...{ lastError: result.lastError, result, resultUrl: statusPath(write) },
    };
  });
}

/** What a job that writes a version is about. */
export const refOf = ({ recordId, version }: Write): string => writeRef(recordId, version);

export const statusPath = ({ recordId, version }: Write): string =>
  `/v1/records/${recordId}/versions/${version}/status`;

export function statusOf(write: Write, outbox: Pick<Outbox, 'lastError'>): Static<typeof WriteStatus> {
  const { recordId, version, patientId, stage, providerId, storeTxId, receipt, announceTxId, refusal } =
    write;
  return {
    ...{ recordId, version, patientId, stage, providerId, storeTxId, receipt, announceTxId },
    reason: refusal,
    lastError: outbox.lastError('record', refOf(write)),
  };
}
