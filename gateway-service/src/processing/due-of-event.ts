import type { ClinicalEvent } from '@careledger/clinical';
import { timestampOf } from '@careledger/domain';
import type { Episode, NewDueRecord, ProcessingStore } from './store.js';

/** An event of the clinical rules, with when the frame that brought it about arrived. */
export interface PatientEvent {
  readonly patientNo: number;
  readonly event: ClinicalEvent;
  readonly arrivedMs: number;
}

/** Name of a window within its patient. */
export const windowPlace = (startMs: number, endMs: number): string =>
  `${timestampOf(startMs)}/${timestampOf(endMs)}`;

/** Start and end of a window, milliseconds. */
export function windowOfPlace(place: string): { readonly startMs: number; readonly endMs: number } {
  const [start = '', end = ''] = place.split('/');
  return { startMs: Date.parse(start), endMs: Date.parse(end) };
}

/** Writes down what an event changes and says which record is due because of it. Within a transaction. */
export function applyEvent(
  store: ProcessingStore,
  { patientNo, event, arrivedMs }: PatientEvent,
): NewDueRecord {
  if (event.kind === 'window-due') {
    const place = windowPlace(event.windowStart, event.windowEnd);
    return { patientNo, kind: 'periodic', place, lane: 'periodic', arrivedMs: null };
  }
  const { episodeId: place } = event;
  if (event.kind === 'episode-started') {
    const { rule, start, raisedAt, evidence, news2 } = event;
    store.saveEpisode({
      ...{ episodeId: place, patientNo, rule, status: 'open', startMs: start, raisedMs: raisedAt },
      ...{ endMs: null, evidence, news2, arrivedMs },
    });
    return { patientNo, kind: 'emergency', place, lane: 'emergency', arrivedMs };
  }
  const known = store.episode(place);
  if (known === undefined) throw new Error(`Episode ${place} changed before it started`);
  store.saveEpisode({ ...known, ...changeOf(event) });
  // The emergency was said when it was raised; how it goes on can wait its turn.
  return { patientNo, kind: 'emergency', place, lane: 'periodic', arrivedMs: null };
}

function changeOf(
  event: Extract<ClinicalEvent, { kind: 'episode-ended' | 'episode-revised' }>,
): Partial<Episode> {
  if (event.kind === 'episode-ended') return { status: 'ended', endMs: event.end };
  const { status, start, raisedAt, end } = event;
  return { status, startMs: start, raisedMs: raisedAt, endMs: end };
}
