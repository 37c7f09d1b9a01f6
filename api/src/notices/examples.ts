import { EXAMPLE, announcedRecordState, exampleStatement } from '@careledger/contracts/examples';
import type { Acknowledgement } from '@careledger/protocol';
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

const { patientId, practitionerId, authorityId, recordId } = EXAMPLE;
export const acknowledgementRequest = { patientId, practitionerId, purpose: 'ETREAT' as const };
export const acknowledgement: Acknowledgement = {
  statement: exampleStatement('acknowledgement', { recordId, version: 1, practitionerId }, authorityId),
  practitionerId,
  acknowledgedAt: EXAMPLE.at[3],
};
