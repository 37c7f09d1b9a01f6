import { EXAMPLE, grantState } from '@careledger/contracts/examples';
import { exampleJws } from '@careledger/domain/examples';
import type { DecisionsPage, ReadersPage, WrapHoldersPage } from './schemas.js';

const { patientId, recordId, grantId, requestSid, txId } = EXAMPLE;

export const readers: ReadersPage = {
  ...{
    recordId,
    version: 1,
    at: EXAMPLE.at[4],
    policyVersion: 1,
    policyHash: EXAMPLE.hash,
    byRight: [patientId],
  },
  readers: [
    {
      grant: grantState,
      encryptionKey: EXAMPLE.publicKey,
      signingKey: EXAMPLE.otherPublicKey,
      reads: grantState.purposes.map((purpose) => ({
        ...{ granteeTag: null, purpose },
        decision: { decision: 'permit', reason: 'GRANT', policyVersion: 1, grantId, until: EXAMPLE.until },
      })),
    },
  ],
  next: null,
};

export const decisions: DecisionsPage = {
  decisions: [
    {
      access: {
        ...{ patientId, basis: 'request', requestSid, requester: EXAMPLE.authorityId, recordId, version: 1 },
        ...{ purpose: 'HPAYMT', throughProviderId: EXAMPLE.providerId, decision: 'deny' },
        ...{
          reason: 'PURPOSE_NOT_GRANTED',
          policyVersion: 1,
          policyHash: EXAMPLE.hash,
          at: EXAMPLE.at[4],
          txId,
        },
      },
      rule: null,
      considered: [{ grant: grantState, missing: ['PURPOSE_NOT_GRANTED'] }],
    },
  ],
  next: null,
};

export const wrapHolders: WrapHoldersPage = {
  holders: [
    {
      ...{ patientId, providerId: EXAMPLE.providerId, heldSince: EXAMPLE.at[0] },
      attested: {
        ...{ policyVersion: 2, versions: 24, checkedAt: EXAMPLE.at[1] },
        statement: exampleJws('careledger.wraps-attestation+jws', { policyVersion: 2 }),
        ...{ recordedAt: EXAMPLE.at[1], txId },
      },
      owed: { policyVersion: 3, since: EXAMPLE.at[2], isOverdue: false },
    },
  ],
  next: null,
};
