import { EXAMPLE } from '@careledger/domain/examples';
import type { Static } from 'typebox';
import type { NewPractitionerBody, ShownPractitioner } from './schemas.js';

type Shown = Static<typeof ShownPractitioner>;

export const newPractitioner: Static<typeof NewPractitionerBody> = {
  role: 'physician',
  unit: 'diabetes-ward',
  identity: { identifier: 'staff-17', name: 'Dr. Mirela Hodak' },
};
export const active: Shown = {
  practitionerId: EXAMPLE.practitionerId,
  role: 'physician',
  unit: 'diabetes-ward',
  identity: newPractitioner.identity,
  stage: 'active',
  txIds: { authorities: EXAMPLE.laterTxId, cloud: EXAMPLE.txId },
  reason: null,
};
/** On its way: the transactions are told when both channels have it. */
export const registering: Shown = { ...active, stage: 'registering', txIds: {} };
export const withdrawn: Shown = { ...active, stage: 'withdrawn' };
export const withdrawing: Shown = { ...active, stage: 'withdrawing', txIds: {} };
