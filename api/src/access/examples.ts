import { EXAMPLE, accessState } from '@careledger/contracts/examples';
import type { Static } from 'typebox';
import { readingsBundle } from '@careledger/protocol/examples';
import type { AuditEntry, OpenedRecord } from './schemas.js';

const { patientId, recordId, practitionerId, requestSid, txId } = EXAMPLE;

export const entry: Static<typeof AuditEntry> = {
  ledger: accessState,
  own: {
    basis: 'request',
    requestSid,
    patientId,
    recordId,
    visitId: null,
    version: 1,
    purpose: 'TREAT',
    practitionerId,
    unit: 'diabetes-ward',
    caller: 'ward-app',
    providerId: EXAMPLE.otherProviderId,
    askedAt: EXAMPLE.at[3],
    decision: 'permit',
    reason: 'GRANT',
    decidedBy: null,
    txId,
    outcome: 'opened',
  },
};

export const openedRecord: Static<typeof OpenedRecord> = {
  recordId,
  version: 1,
  kind: 'periodic',
  period: { start: EXAMPLE.at[0], end: EXAMPLE.at[3] },
  problem: null,
  content: readingsBundle,
};
