import { DeviceId, Timestamp } from '@careledger/domain';
import { Next, pageQuery } from '@careledger/service-kit';
import { Type, type Static } from 'typebox';

const DEFAULT_LIMIT = 500;
const LIMIT_MAX = 5_000;

export const ReadingsQuery = Type.Object({
  code: Type.Optional(Type.String()),
  from: Type.Optional(
    Type.Unsafe<string>({
      ...Timestamp,
      description:
        'Measured then or later; unless given, two days before `to`: without both, what was measured in the last day',
    }),
  ),
  to: Type.Optional(
    Type.Unsafe<string>({
      ...Timestamp,
      description: 'Measured before; unless given, a day ahead of now, so that a fast clock hides nothing',
    }),
  ),
  /** A page ends with a whole frame, and may have some more. */
  ...pageQuery({ byDefault: DEFAULT_LIMIT, max: LIMIT_MAX }),
});
export type ReadingsQuery = Static<typeof ReadingsQuery>;

const ReadingView = Type.Object(
  {
    deviceId: DeviceId,
    /** Where it stands in the device's chain: what `/proofs` asks for. */
    epoch: Type.String(),
    seq: Type.Integer(),
    index: Type.Integer(),
    /** When it counts as measured, by the gateway's clock. */
    t: Timestamp,
    /** As the device said it, where that is another time; or since which of its boots, milliseconds. */
    deviceTime: Type.Optional(Timestamp),
    boot: Type.Optional(Type.String()),
    up: Type.Optional(Type.Integer()),
    receivedAt: Timestamp,
    code: Type.String(),
    value: Type.Number(),
    comparator: Type.Optional(Type.Union([Type.Literal('<'), Type.Literal('>')])),
    unit: Type.String(),
    /**
     * Windows leave out what is SENSOR_OFF, OUT_OF_RANGE, FUTURE_READING, DUPLICATE or UNIT_DOUBTFUL. RATE_OF_CHANGE,
     * CONFLICTING, BEYOND_INSTRUMENT, CLOCK_SKEW and TIME_UNKNOWN (of a boot of which nobody knows when it was: `t` is no
     * earlier than it was measured) count.
     */
    flags: Type.Array(Type.String()),
  },
  { title: 'ReadingView' },
);
export type ReadingView = Static<typeof ReadingView>;

export const ReadingsPage = Type.Object({
  from: Type.Unsafe<string>({
    ...Timestamp,
    description: 'Readings of before are not listed: ask for them by `from`',
  }),
  to: Type.Unsafe<string>({ ...Timestamp, description: 'Nor are those of then or later' }),
  readings: Type.Array(ReadingView),
  next: Next,
});
export type ReadingsPage = Static<typeof ReadingsPage>;
