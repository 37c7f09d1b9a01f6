import { EXAMPLE, exampleJws } from '@careledger/domain/examples';
import type { WrapHolder } from '../../ledger-access/wrap-holders.js';

export const holder: WrapHolder = {
  ...{ patientId: EXAMPLE.patientId, providerId: EXAMPLE.providerId, heldSince: EXAMPLE.at[0] },
  attested: {
    ...{ policyVersion: 2, versions: 24, checkedAt: EXAMPLE.at[1] },
    ...{
      statement: exampleJws('careledger.wraps-attestation+jws', { policyVersion: 2 }),
      recordedAt: EXAMPLE.at[1],
      txId: EXAMPLE.txId,
    },
  },
  owed: { policyVersion: 3, since: EXAMPLE.at[2], isOverdue: false },
};
