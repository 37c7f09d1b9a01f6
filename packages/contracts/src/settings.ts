import { DeviceId, Timestamp, closedObject } from '@careledger/domain';
import { Type, type Static } from 'typebox';
import { SETTINGS_DEVICES_MAX } from './limits.js';

const limit = Type.Optional(Type.Number({ minimum: 0, maximum: 1_000_000_000 }));
const limitOrNever = Type.Optional(
  Type.Union([Type.Integer({ minimum: 0, maximum: 1_000_000_000 }), Type.Null()]),
);
const flag = Type.Optional(Type.Boolean());

/** What is said of one device. */
const StatedDevice = closedObject(
  {
    /** mg/dL, inclusive: it shows LO below and HI above. */
    instrumentRange: Type.Optional(
      closedObject({ low: Type.Number({ minimum: 1 }), high: Type.Number({ maximum: 10_000 }) }),
    ),
    /** The device from whose sensor its readings come by another route. */
    sameSensorAs: Type.Optional(DeviceId),
    /** When its present sensor was put in. */
    sensorSince: Type.Optional(Timestamp),
    /** Until when nobody waits for it, at most 7 days ahead: its silence is no alarm, and what it sends is judged as always. */
    pausedUntil: Type.Optional(Timestamp),
  },
  { title: 'StatedDevice' },
);

/** The sections of limits. What each can be, and which way it is stricter: `packages/clinical/src/settings`. */
export const LIMIT_SECTIONS = {
  glucose: closedObject(
    {
      veryLowMgPerDl: limit,
      veryHighMgPerDl: limit,
      veryHighDurationMs: limit,
      recoveredLowMgPerDl: limit,
      recoveredHighMgPerDl: limit,
    },
    { title: 'GlucoseLimits' },
  ),
  news2: closedObject(
    {
      total: limit,
      highTotal: limit,
      singleParameter: limitOrNever,
      spo2Scale: Type.Optional(Type.Union([Type.Literal(1), Type.Literal(2)])),
    },
    { title: 'News2Limits' },
  ),
  bloodPressure: closedObject(
    {
      highSystolic: limit,
      highDiastolic: limit,
      pregnancyHighSystolic: limit,
      pregnancyHighDiastolic: limit,
      lowSystolic: limit,
    },
    { title: 'BloodPressureLimits' },
  ),
  fever: closedObject({ isOn: flag, fromCel: limit }, { title: 'FeverLimits' }),
  silence: closedObject(
    {
      cgmMs: limitOrNever,
      monitorMs: limitOrNever,
      meterMs: limitOrNever,
      otherMs: limitOrNever,
      authoritiesAfterMs: limitOrNever,
    },
    { title: 'SilenceLimits' },
  ),
};

type StatedDevice = Static<typeof StatedDevice>;

/** What the rules have to know about the person. */
export const StatedPerson = closedObject(
  {
    birthYear: Type.Optional(Type.Union([Type.Integer({ minimum: 1_900, maximum: 2_200 }), Type.Null()])),
    isPregnant: flag,
  },
  { title: 'StatedPerson' },
);

/** How a patient's readings are judged, as one statement says it: facts and limits. What is absent is not said. */
export const StatedSettings = closedObject(
  {
    /** Period of periodic records, milliseconds. */
    windowMs: Type.Optional(Type.Integer({ minimum: 1 })),
    person: Type.Optional(StatedPerson),
    /** By device ID; whose it is, the gateway knows. */
    devices: Type.Optional(
      Type.Unsafe<Record<string, StatedDevice>>({
        type: 'object',
        additionalProperties: StatedDevice,
        maxProperties: SETTINGS_DEVICES_MAX,
      }),
    ),
    glucose: Type.Optional(LIMIT_SECTIONS.glucose),
    news2: Type.Optional(LIMIT_SECTIONS.news2),
    bloodPressure: Type.Optional(LIMIT_SECTIONS.bloodPressure),
    fever: Type.Optional(LIMIT_SECTIONS.fever),
    silence: Type.Optional(LIMIT_SECTIONS.silence),
  },
  { title: 'StatedSettings' },
);
export type StatedSettings = Static<typeof StatedSettings>;
