import type { Episode } from '../processing/index.js';
import type { AlarmCall } from './alarm-store.js';

/** How an alarm stands towards those who are to see it. */
export interface AlarmStanding {
  /** By a recipient or the patient, since its newest call. */
  readonly isAcknowledged: boolean;
  /** Of high priority, over, and not acknowledged (latching, IEC 60601-1-8). */
  readonly isLatched: boolean;
  readonly isShown: boolean;
}

/**
 * An alarm of high priority stays shown until somebody has acknowledged it, also after it is over; every other one as long
 * as it lasts. One that late readings took back, or that was over when somebody could first hear of it, does not.
 */
export function standingOf(
  { priority, status, late }: Pick<Episode, 'priority' | 'status' | 'late'>,
  call: Pick<AlarmCall, 'acknowledgedMs' | 'patientAcknowledgedMs'> | undefined,
): AlarmStanding {
  const isAcknowledged =
    call !== undefined && (call.acknowledgedMs !== null || call.patientAcknowledgedMs !== null);
  const isLatched =
    call !== undefined && priority === 'high' && status === 'ended' && !late && !isAcknowledged;
  return { isAcknowledged, isLatched, isShown: status === 'open' || isLatched };
}
