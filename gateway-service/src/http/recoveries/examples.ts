import { EXAMPLE, exampleStatement, recoveryState } from '@careledger/contracts/examples';
import type { RecoveriesView, RecoveryNotice } from './schemas.js';

const { statements: _proof, ...shown } = recoveryState;
const { recoveryId, newKey } = recoveryState;

export const recoveries: RecoveriesView = {
  authorities: [{ ...recoveryState, stage: 'confirmed' }],
  cloud: [{ ...recoveryState, stage: 'confirmed' }],
};
export const recoveryNotice: RecoveryNotice = {
  ...{ ...shown, channel: 'authorities', stage: 'confirmed', heardAt: EXAMPLE.at[2] },
};
export const readyObjection = { statement: exampleStatement('objectToRecovery', { recoveryId }) };
export const readyTakeover = { statement: exampleStatement('takeOver', { recoveryId, newKey }) };
