import { EXAMPLE, accessState } from '@careledger/contracts/examples';
import type { Static } from 'typebox';
import type { AuditEntry } from './schemas.js';

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
