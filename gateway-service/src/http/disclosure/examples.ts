import { EXAMPLE } from '@careledger/domain/examples';
import type { DisclosurePage } from './schemas.js';

const { patientId, authorityId, recordId, txId } = EXAMPLE;
const proofId = '0b5c1d1e-3a0e-5b52-8f0f-6f1d2c9a4e11';
const lineId = '5d6c0c9e-8b53-5f0e-9f66-0a8e6a1f7c20';
const identified = (type: string, system: string, value: string) => ({
  type,
  identifier: { system: `urn:careledger:${system}`, value },
});

export const page: DisclosurePage = {
  statement: {
    resourceType: 'Bundle',
    id: '9a1f2b77-51c5-5c86-a1de-5b4e0f9d3c02',
    identifier: { system: 'urn:careledger:disclosure', value: txId },
    type: 'collection',
    timestamp: EXAMPLE.at[4],
    entry: [
      {
        fullUrl: `urn:uuid:${proofId}`,
        resource: {
          ...{ resourceType: 'Binary', id: proofId, contentType: 'application/octet-stream' },
          data: Buffer.from('the peers’ signed answer').toString('base64'),
        },
      },
      {
        fullUrl: `urn:uuid:${lineId}`,
        // Some of its members: spec/disclosure.md has all.
        resource: {
          ...{ resourceType: 'AuditEvent', id: lineId, action: 'R', recorded: EXAMPLE.at[3] },
          ...{ outcome: '0', outcomeDesc: 'GRANT' },
          agent: [{ who: identified('Organization', 'authority', authorityId), requestor: true }],
          entity: [
            { what: identified('Bundle', 'record', recordId) },
            { what: identified('Patient', 'patient', patientId) },
          ],
        },
      },
    ],
  },
  next: null,
};
