import { Type } from 'typebox';
import { PUT_ON_FABRIC } from './network.js';

/** The smallest chaincode that writes, as our ledger client sees it. */
export const PUT_CONTRACT = {
  name: PUT_ON_FABRIC.chaincode,
  transactions: {
    putJson: {
      kind: 'submit',
      args: Type.Object({ key: Type.String(), value: Type.String() }),
      result: Type.Null(),
    },
  },
} as const;
