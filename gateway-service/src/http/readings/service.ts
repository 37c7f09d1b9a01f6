import { timestampOf } from '@careledger/domain';
import type { TimedReading } from '@careledger/private-chain';
import type { StoredFrameView } from '../../chain/frame-reader.js';
import { measuredMs } from '../../chain/index.js';
import { fromCursor, toCursor } from '@careledger/service-kit';
import { Type } from 'typebox';
import type { GatewayCore } from '../../core.js';
import type { ProcessingStore, Processor } from '../../processing/index.js';
import { FRAME_FLAG } from '../../store/index.js';
import type { ReadingView, ReadingsPage, ReadingsQuery } from './schemas.js';

/** Readings of the last day unless asked otherwise. */
const DEFAULT_SPAN_MS = 24 * 60 * 60_000;

/** Of the times that a timestamp can say. */
const EARLIEST_MS = Date.parse('0000-01-01T00:00:00.000Z');
const TimeMs = Type.Integer({ minimum: EARLIEST_MS, maximum: Date.parse('9999-12-31T23:59:59.999Z') });
/** The window goes along, so that every page is of the same. */
const Place = Type.Object({ after: Type.Integer(), fromMs: TimeMs, toMs: TimeMs });

export interface ReadingServiceOptions {
  readonly core: Pick<GatewayCore, 'patients' | 'frames'>;
  readonly processing: Pick<ProcessingStore, 'flagsOfRow'>;
  readonly processor: Pick<Processor, 'persist'>;
}

/** A patient's stored readings. */
export class ReadingService {
  readonly #options: ReadingServiceOptions;

  constructor(options: ReadingServiceOptions) {
    this.#options = options;
  }

  /** By measured time, in the order in which they arrived; implausible ones are flagged. */
  list(patientId: string, { code, from, to, cursor, limit }: ReadingsQuery): ReadingsPage {
    const { core, processing, processor } = this.#options;
    const { chain } = core.patients.get(patientId);
    const place = cursor === undefined ? undefined : fromCursor(cursor, Place);
    const { after = 0 } = place ?? {};
    const toMs = to === undefined ? (place?.toMs ?? Date.now() + DEFAULT_SPAN_MS) : Date.parse(to);
    const fromMs =
      from === undefined
        ? (place?.fromMs ?? Math.max(EARLIEST_MS, toMs - 2 * DEFAULT_SPAN_MS))
        : Date.parse(from);
    const window = { from: timestampOf(fromMs), to: timestampOf(toMs) };
    // Flags of the newest frames may still be in memory.
    processor.persist();
    const readings: ReadingView[] = [];
    for (const view of core.frames.framesBetween(chain, fromMs, toMs)) {
      if (view.rowId <= after) continue;
      // A page ends with a whole frame.
      if (readings.length >= limit)
        return { ...window, readings, next: toCursor({ after: view.rowId - 1, fromMs, toMs }) };
      const flagged = processing.flagsOfRow(view.rowId);
      const clockFlags = flagsOfClock(view);
      for (const [index, reading] of view.frame.readings.entries()) {
        const timeMs = measuredMs(reading, view);
        if (timeMs < fromMs || timeMs >= toMs || (code !== undefined && reading.code !== code)) continue;
        const flags = [...(flagged.get(index) ?? []), ...clockFlags];
        readings.push({ ...viewOf(view, index, reading, timeMs), flags });
      }
    }
    return { ...window, readings, next: null };
  }
}

function flagsOfClock({ flags }: StoredFrameView): string[] {
  return [
    ...(flags & FRAME_FLAG.clockSkew ? ['CLOCK_SKEW'] : []),
    ...(flags & FRAME_FLAG.timeUnknown ? ['TIME_UNKNOWN'] : []),
  ];
}

function viewOf(
  { deviceId, receivedMs, frame }: StoredFrameView,
  index: number,
  { timeMs, up, code, value, unit, comparator }: TimedReading,
  measured: number,
): Omit<ReadingView, 'flags'> {
  const { epoch, seq, boot } = frame;
  return {
    ...{ deviceId, epoch, seq, index, t: timestampOf(measured) },
    ...(boot === undefined && timeMs !== measured && { deviceTime: timestampOf(timeMs) }),
    ...(boot !== undefined && up !== undefined && { boot, up }),
    receivedAt: timestampOf(receivedMs),
    ...{ code, value, unit, ...(comparator !== undefined && { comparator }) },
  };
}
