import { EXAMPLE, confirmingVouch, openingVouch, recoveryState } from '@careledger/contracts/examples';
import type { Recoveries, VouchBody, Vouched } from './schemas.js';

export const opening: VouchBody = openingVouch;
export const confirming: VouchBody = confirmingVouch;
export const vouched: Vouched = {
  ...{ recoveryId: EXAMPLE.statementId, cloud: EXAMPLE.txId, authorities: EXAMPLE.laterTxId },
};
export const recoveries: Recoveries = { authorities: [recoveryState], cloud: [recoveryState] };
