import { EXAMPLE, accessState, exampleStatement } from '@careledger/contracts/examples';
import type { AccessView, CheckInBody } from './schemas.js';

export const access: AccessView = { ...accessState, isAgainstPolicy: false };
export const checkIn: CheckInBody = { authorityId: EXAMPLE.authorityId, passphrase: EXAMPLE.passphrase };
export const readyCheckIn = { statement: exampleStatement('checkIn', { authorityId: EXAMPLE.authorityId }) };
