import { EXAMPLE, subscriptionState } from '@careledger/contracts/examples';
import type { Static } from 'typebox';
import type { CancelledSubscription, NewSubscription, RequestedSubscription } from './schemas.js';

export const asked: Static<typeof NewSubscription> = {
  patientId: EXAMPLE.patientId,
  permissions: ['read', 'write'],
  purposes: ['TREAT', 'ETREAT'],
  until: EXAMPLE.until,
  scope: [{ category: 'laboratory', resourceType: '*' }],
  reason: 'Diabetes ward',
};
type Requested = Static<typeof RequestedSubscription>;
export const made: Requested = { subscriptionId: EXAMPLE.subscriptionId, txId: EXAMPLE.txId };
export const requested: Requested = { subscriptionId: EXAMPLE.subscriptionId, txId: null };
export const subscriptions = { subscriptions: [subscriptionState], next: null };
export const cancelled: Static<typeof CancelledSubscription> = { txId: EXAMPLE.txId };
export const cancelledBefore: Static<typeof CancelledSubscription> = { txId: null, already: true };
export const cancelling: Static<typeof CancelledSubscription> = { txId: null };
