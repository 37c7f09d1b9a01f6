import { EXAMPLE, exampleJws } from '@careledger/domain/examples';
import type { HeldCopy } from '../../ledger-access/copies.js';

export const copy: HeldCopy = {
  ...{ grantId: EXAMPLE.grantId, authorityId: EXAMPLE.authorityId, purpose: 'TREAT' },
  ...{ since: EXAMPLE.at[0], endedAt: EXAMPLE.at[1] },
  attested: {
    ...{ left: 'nothing', destroyedAt: EXAMPLE.at[2] },
    statement: exampleJws('careledger.copy-end+jws', { left: 'nothing' }),
    ...{ recordedAt: EXAMPLE.at[2], txId: EXAMPLE.txId },
  },
  owed: null,
};
