import { pagedRows, type Evaluation, type PageRequest } from '@careledger/chaincode-runtime';
import { ContractError, type AnnouncedRecordState, type StoredRecordState } from '@careledger/contracts';
import { announcedVersions, storedVersions } from './families.js';

/** The versions, oldest first, as far as this channel knows them. @throws ContractError `RECORD_UNKNOWN` */
export async function recordHistory(
  { state, channel }: Evaluation,
  { patientId, recordId, ...page }: { patientId: string; recordId: string } & PageRequest,
): Promise<{ rows: (StoredRecordState | AnnouncedRecordState)[]; bookmark: string }> {
  const versions = channel === 'cloud' ? storedVersions : announcedVersions;
  const found = await pagedRows<
    StoredRecordState | AnnouncedRecordState,
    StoredRecordState | AnnouncedRecordState
  >(state, page, { prefix: versions.under(patientId, recordId), rowOf: ({ value }) => value });
  const isFirst = page.bookmark === undefined || page.bookmark === '';
  if (isFirst && found.rows.length === 0) throw new ContractError('RECORD_UNKNOWN');
  return found;
}
