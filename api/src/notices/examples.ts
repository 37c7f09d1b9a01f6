import { EXAMPLE, announcedRecordState } from '@careledger/contracts/examples';
import type { Static } from 'typebox';
import type { Unmatched } from './schemas.js';

/** Of the stream: a record was announced. */
export const recordNotice = {
  id: '17',
  event: 'record' as const,
  data: JSON.stringify({ ...announcedRecordState, matched: true }),
};
export const unmatched: Static<typeof Unmatched> = {
  patientId: EXAMPLE.patientId,
  sid: EXAMPLE.statementId,
  recordId: EXAMPLE.recordId,
  version: 1,
  receivedAt: EXAMPLE.at[2],
  reason: 'NOT_ANNOUNCED',
};
