import { EXAMPLE, exampleStatement, recoveryState } from '@careledger/contracts/examples';
import { shownOf } from './notices.js';
import type { RecoveriesView, RecoveryNotice } from './schemas.js';

const { recoveryId, newKey } = recoveryState;

export const recoveries: RecoveriesView = {
  authorities: [{ ...recoveryState, stage: 'confirmed' }],
  cloud: [{ ...recoveryState, stage: 'confirmed' }],
};
export const recoveryNotice: RecoveryNotice = {
  ...{ ...shownOf(recoveryState), channel: 'authorities', stage: 'confirmed', heardAt: EXAMPLE.at[2] },
};
export const readyObjection = { statement: exampleStatement('objectToRecovery', { recoveryId }) };
export const readyTakeover = { statement: exampleStatement('takeOver', { recoveryId, newKey }) };
