import { DeviceId, Timestamp } from '@careledger/domain';
import { Type, type Static } from 'typebox';

const DEFAULT_LIMIT = 500;
const LIMIT_MAX = 5_000;

export const ReadingsQuery = Type.Object({
  code: Type.Optional(Type.String()),
  /** Measured then or later. Unless given, two days before `to`: without both, what was measured in the last day. */
  from: Type.Optional(Timestamp),
  /** Measured before. Unless given, a day ahead of now, so that a fast clock hides nothing. */
  to: Type.Optional(Timestamp),
  /** As the page before returned it; with it the same `from` and `to`. A page ends with a whole frame. */
  cursor: Type.Optional(Type.Integer({ minimum: 0 })),
  limit: Type.Integer({ minimum: 1, maximum: LIMIT_MAX, default: DEFAULT_LIMIT }),
});
export type ReadingsQuery = Static<typeof ReadingsQuery>;

const ReadingView = Type.Object({
  deviceId: DeviceId,
  t: Timestamp,
  receivedAt: Timestamp,
  code: Type.String(),
  value: Type.Number(),
  unit: Type.String(),
  /** Why it is kept out of the rules (SENSOR_OFF, OUT_OF_RANGE, RATE_OF_CHANGE, DUPLICATE); CLOCK_SKEW does not. */
  flags: Type.Array(Type.String()),
});
export type ReadingView = Static<typeof ReadingView>;

export const ReadingsPage = Type.Object({
  readings: Type.Array(ReadingView),
  cursor: Type.Optional(Type.Integer()),
});
export type ReadingsPage = Static<typeof ReadingsPage>;
