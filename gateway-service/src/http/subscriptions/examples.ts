import { EXAMPLE, exampleStatement, subscriptionState } from '@careledger/contracts/examples';
import type { ApprovalBody, SubscriptionView } from './schemas.js';

export const subscription: SubscriptionView = {
  ...subscriptionState,
  reason: 'Diabetes ward',
  asked: { scope: [{ category: 'laboratory', resourceType: '*' }], scopeSalt: EXAMPLE.hash },
};
/** As the authority asked. */
export const asAsked: ApprovalBody = { passphrase: EXAMPLE.passphrase };
export const narrowed: ApprovalBody = {
  passphrase: EXAMPLE.passphrase,
  permissions: ['read'],
  scope: [{ category: 'laboratory', resourceType: 'Observation' }],
  until: EXAMPLE.until,
};
export const readyApproval: ApprovalBody = {
  statement: exampleStatement('grant', {
    policySeq: 1,
    authorityId: EXAMPLE.authorityId,
    permissions: ['read'],
    subscriptionId: EXAMPLE.subscriptionId,
  }),
};
