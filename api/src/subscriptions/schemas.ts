import { PatientId, Permission, PurposeOfUse, Timestamp, closedObject } from '@careledger/domain';
import { SubscriptionReason } from '@careledger/protocol';
import { Type } from 'typebox';

/** What is asked of a patient. */
export const NewSubscription = closedObject({
  patientId: PatientId,
  permissions: Type.Array(Permission, { minItems: 1, uniqueItems: true }),
  purposes: Type.Array(PurposeOfUse, { minItems: 1, uniqueItems: true }),
  until: Type.Optional(Timestamp),
  /** Encrypted to the patient. */
  reason: Type.Optional(SubscriptionReason.properties.reason),
});
