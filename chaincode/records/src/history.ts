import type { Evaluation } from '@careledger/chaincode-runtime';
import { ContractError, type AnnouncedRecordState, type StoredRecordState } from '@careledger/contracts';
import { announcedVersions, storedVersions } from './families.js';

/** All versions, oldest first, as far as this channel knows them. @throws ContractError `RECORD_UNKNOWN` */
export async function recordHistory(
  { state, channel }: Evaluation,
  { patientId, recordId }: { patientId: string; recordId: string },
): Promise<{ versions: (StoredRecordState | AnnouncedRecordState)[] }> {
  const entries =
    channel === 'cloud'
      ? await state.all(storedVersions.under(patientId, recordId))
      : await state.all(announcedVersions.under(patientId, recordId));
  if (entries.length === 0) throw new ContractError('RECORD_UNKNOWN');
  return { versions: entries.map(({ value }) => value) };
}
