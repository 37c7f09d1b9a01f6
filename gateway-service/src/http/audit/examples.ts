import { EXAMPLE, accessState, exampleJws, exampleStatement } from '@careledger/contracts/examples';
import type { AccessView, CheckInBody } from './schemas.js';

export const access: AccessView = {
  ...accessState,
  isAgainstPolicy: false,
  release: {
    state: 'released',
    releasedAt: EXAMPLE.at[4],
    receipt: exampleJws('careledger.recipient-receipt+jws', {
      recordId: EXAMPLE.recordId,
      version: 1,
      permitTxId: EXAMPLE.txId,
    }),
    problem: null,
  },
};
export const checkIn: CheckInBody = { authorityId: EXAMPLE.authorityId, passphrase: EXAMPLE.passphrase };
export const readyCheckIn = { statement: exampleStatement('checkIn', { authorityId: EXAMPLE.authorityId }) };
