import { EXAMPLE } from '@careledger/domain/examples';
import { readingsBundle } from '@careledger/protocol/examples';
import type { OpenedReceived, ReceivedPage, ReceivedView } from './schemas.js';

const received: ReceivedView = {
  recordId: EXAMPLE.recordId,
  version: 1,
  patientId: EXAMPLE.patientId,
  author: EXAMPLE.authorityId,
  kind: 'clinical',
  period: { start: EXAMPLE.at[0], end: EXAMPLE.at[3] },
  storedAt: EXAMPLE.at[3],
  tags: 'confirmed',
  cloudTxId: EXAMPLE.txId,
  authoritiesTxId: EXAMPLE.laterTxId,
  heardAt: EXAMPLE.at[4],
};
export const page: ReceivedPage = { records: [received], next: null };
export const opened: OpenedReceived = { record: received, content: readingsBundle };
