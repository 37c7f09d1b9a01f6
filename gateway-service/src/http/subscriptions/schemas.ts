import { CompactJws, PAGE_MAX_ROWS, SubscriptionState } from '@careledger/contracts';
import { Id128, PatientId, closedObject } from '@careledger/domain';
import { Type, type Static } from 'typebox';
import { GrantTermsBody } from '../grants/schemas.js';
import { Passphrase } from '../schemas.js';

export const SubscriptionParams = Type.Object({ patientId: PatientId, subscriptionId: Id128 });

export const SubscriptionsQuery = Type.Object({
  status: Type.Optional(SubscriptionState.properties.status),
  pageSize: Type.Integer({ minimum: 1, maximum: PAGE_MAX_ROWS, default: PAGE_MAX_ROWS }),
  /** As the page before returned it. */
  bookmark: Type.Optional(Type.String({ maxLength: 1024 })),
});
export type SubscriptionsQuery = Static<typeof SubscriptionsQuery>;

const SubscriptionView = Type.Object({
  ...SubscriptionState.properties,
  /** In the authority's own words, sealed for the patient. */
  reason: Type.Optional(Type.String()),
});
export type SubscriptionView = Static<typeof SubscriptionView>;

export const SubscriptionsPage = Type.Object({
  subscriptions: Type.Array(SubscriptionView),
  bookmark: Type.String(),
});
export type SubscriptionsPage = Static<typeof SubscriptionsPage>;

export const ApprovalBody = Type.Union([
  closedObject({ statement: CompactJws }),
  closedObject({ passphrase: Passphrase, ...Type.Partial(Type.Object(GrantTermsBody)).properties }),
]);
export type ApprovalBody = Static<typeof ApprovalBody>;
