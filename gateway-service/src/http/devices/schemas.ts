import { DeviceId, PatientId, Timestamp } from '@careledger/domain';
import { Next } from '@careledger/service-kit';
import { Type, type Static } from 'typebox';

export const DeviceParams = Type.Object({ patientId: PatientId, deviceId: DeviceId });

export const PairingCodeView = Type.Object(
  {
    pairingCode: Type.String(),
    expiresAt: Timestamp,
    /** Audience of the proof. */
    gatewayId: Type.String(),
  },
  { title: 'PairingCodeView' },
);
export type PairingCodeView = Static<typeof PairingCodeView>;

export const DeviceView = Type.Object(
  {
    deviceId: DeviceId,
    patientId: PatientId,
    type: Type.String(),
    codes: Type.Array(Type.String()),
    status: Type.Union([Type.Literal('active'), Type.Literal('suspended'), Type.Literal('revoked')]),
    registeredAt: Timestamp,
    changedAt: Timestamp,
    epoch: Type.String(),
    nextSeq: Type.Integer(),
    /** Counters that it skipped and has not sent since. */
    missing: Type.Integer(),
    /** It brought about more records than it may in an hour, and how many were put off; absent if it never did. */
    overAllowance: Type.Optional(Type.Object({ deferred: Type.Integer(), lastAt: Timestamp })),
  },
  { title: 'DeviceView' },
);
export type DeviceView = Static<typeof DeviceView>;

export const DevicesPage = Type.Object({
  devices: Type.Array(DeviceView),
  next: Next,
});
