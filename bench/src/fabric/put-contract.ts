import { Type } from 'typebox';

/** Where a client of the network finds the smallest chaincode that writes, in the place of the project's. */
export const PUT_ON_FABRIC = { channel: 'cloud', mspId: 'PatientsMSP', chaincode: 'records' } as const;

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
