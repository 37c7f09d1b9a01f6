import { timestampOf } from '@careledger/domain';
import { fromCursor, toCursor } from '@careledger/service-kit';
import { Type } from 'typebox';
import type { GatewayCore } from '../../core.js';
import type { ProcessingStore, Processor } from '../../processing/index.js';
import { FRAME_FLAG } from '../../store/index.js';
import type { ReadingView, ReadingsPage, ReadingsQuery } from './schemas.js';

/** Readings of the last day unless asked otherwise. */
const DEFAULT_SPAN_MS = 24 * 60 * 60_000;

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
    const after = cursor === undefined ? 0 : fromCursor(cursor, Type.Integer());
    const toMs = to === undefined ? Date.now() + DEFAULT_SPAN_MS : Date.parse(to);
    const fromMs = from === undefined ? toMs - 2 * DEFAULT_SPAN_MS : Date.parse(from);
    // Flags of the newest frames may still be in memory.
    processor.persist();
    const readings: ReadingView[] = [];
    for (const view of core.frames.framesBetween(chain, fromMs, toMs)) {
      if (view.rowId <= after) continue;
      // A page ends with a whole frame.
      if (readings.length >= limit) return { readings, next: toCursor(view.rowId - 1) };
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
    return { readings, next: null };
  }
}
