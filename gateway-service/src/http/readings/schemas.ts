import { DeviceId, Timestamp } from '@careledger/domain';
import { Next, pageQuery } from '@careledger/service-kit';
import { Type, type Static } from 'typebox';

const DEFAULT_LIMIT = 500;
const LIMIT_MAX = 5_000;

export const ReadingsQuery = Type.Object({
  code: Type.Optional(Type.String()),
  from: Type.Optional(Timestamp),
  to: Type.Optional(Timestamp),
  /** A page ends with a whole frame, and may have some more. */
  ...pageQuery({ byDefault: DEFAULT_LIMIT, max: LIMIT_MAX }),
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
  next: Next,
});
export type ReadingsPage = Static<typeof ReadingsPage>;
