import { EXAMPLE } from '@careledger/domain/examples';
import { readingsBundle } from '@careledger/protocol/examples';
import type { OpenedRecord, RecordsPage, VersionView } from './schemas.js';

const version: VersionView = {
  recordId: EXAMPLE.recordId,
  version: 1,
  patientId: EXAMPLE.patientId,
  kind: 'periodic',
  period: { start: EXAMPLE.at[0], end: EXAMPLE.at[3] },
  stage: 'announced',
  providerId: EXAMPLE.providerId,
  manifestHash: EXAMPLE.prevHash,
  madeAt: EXAMPLE.at[3],
  storeTxId: EXAMPLE.txId,
  announceTxId: EXAMPLE.laterTxId,
};
export const records: RecordsPage = { records: [version], next: null };
export const openedRecord: OpenedRecord = { record: version, content: readingsBundle };
