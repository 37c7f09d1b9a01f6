import { DeviceId, Timestamp, timestampOf } from '@careledger/domain';
import { Type } from 'typebox';
import { FRAME_FLAG } from '../store/index.js';
import { PatientParams, byPatient, type RouteContext } from './context.js';

const DEFAULT_LIMIT = 500;
const LIMIT_MAX = 5_000;
/** Readings of the last day unless asked otherwise. */
const DEFAULT_SPAN_MS = 24 * 60 * 60_000;

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

export function addReadingRoutes({ app, gateway }: RouteContext): void {
  const { core, processing, processor } = gateway;
  app.get(
    '/v1/patients/:patientId/readings',
    {
      config: byPatient,
      schema: {
        summary:
          'Stored readings by measured time, in the order in which they arrived; implausible ones are flagged',
        params: PatientParams,
        querystring: Type.Object({
          code: Type.Optional(Type.String()),
          from: Type.Optional(Timestamp),
          to: Type.Optional(Timestamp),
          /** As the page before returned it. */
          cursor: Type.Optional(Type.Integer({ minimum: 0 })),
          limit: Type.Integer({ minimum: 1, maximum: LIMIT_MAX, default: DEFAULT_LIMIT }),
        }),
        response: {
          200: Type.Object({ readings: Type.Array(ReadingView), cursor: Type.Optional(Type.Integer()) }),
        },
      },
    },
    async (request) => {
      const { code, from, to, cursor = 0, limit } = request.query;
      const { chain } = core.patients.get(request.params.patientId);
      const toMs = to === undefined ? Date.now() + DEFAULT_SPAN_MS : Date.parse(to);
      const fromMs = from === undefined ? toMs - 2 * DEFAULT_SPAN_MS : Date.parse(from);
      // Flags of the newest frames may still be in memory.
      processor.persist();
      const readings = [];
      for (const view of core.frames.framesBetween(chain, fromMs, toMs)) {
        if (view.rowId <= cursor) continue;
        // A page ends with a whole frame.
        if (readings.length >= limit) return { readings, cursor: view.rowId - 1 };
        const flagged = processing.flagsOfRow(view.rowId);
        const skew = view.flags & FRAME_FLAG.clockSkew ? ['CLOCK_SKEW'] : [];
        for (const [index, reading] of view.frame.readings.entries()) {
          const { timeMs, value, unit } = reading;
          if (timeMs < fromMs || timeMs >= toMs || (code !== undefined && reading.code !== code)) continue;
          readings.push({
            deviceId: view.deviceId,
            t: timestampOf(timeMs),
            receivedAt: timestampOf(view.receivedMs),
            ...{ code: reading.code, value, unit },
            flags: [...(flagged.get(index) ?? []), ...skew],
          });
        }
      }
      return { readings };
    },
  );
}
