import type { ClinicalEvent } from '@careledger/clinical';
import { timestampOf } from '@careledger/domain';
import { isTracing, startSpan, type TraceParent } from '@careledger/service-kit';
import { URGENT_MAX_AGE_MS } from '../ingest/index.js';
import type { Episode, Priority, NewDueRecord, ProcessingStore } from './store.js';

/** An event of the clinical rules, with who brought it about and when that frame arrived. */
export interface PatientEvent {
  readonly patientNo: number;
  readonly event: ClinicalEvent;
  /** The devices that brought it about; none where the clock did. */
  readonly deviceIds: readonly string[];
  readonly arrivedMs: number;
  /** What the record goes on from; see `traceEvent`. */
  readonly trace: TraceParent | null;
}

/**
 * Which of a device's allowances an event uses. An emergency of now has one of its own, so that no backlog of windows, or
 * of emergencies long past, keeps it waiting.
 */
export function allowanceFor({ event, arrivedMs }: PatientEvent): Priority {
  const isNow = event.kind === 'episode-started' && arrivedMs - event.raisedAt <= URGENT_MAX_AGE_MS;
  return isNow ? 'emergency' : 'periodic';
}

/**
 * Notes in the trace of the frame that brought it about that the rules made a record due; an event of the clock begins a
 * trace. What the record goes on from.
 */
export function traceEvent({ kind }: ClinicalEvent, cause: TraceParent | null): TraceParent | null {
  if (!isTracing()) return null;
  const span = startSpan('record due', {
    parent: cause,
    attributes: { 'careledger.record.kind': kind === 'window-due' ? 'periodic' : 'emergency' },
  });
  span.end();
  return span.traceParent;
}

/** Name of a window within its patient. */
const windowSource = (startMs: number, endMs: number): string =>
  `${timestampOf(startMs)}/${timestampOf(endMs)}`;

/** Start and end of a window, milliseconds. */
export function windowOfSource(source: string): { readonly startMs: number; readonly endMs: number } {
  const [start = '', end = ''] = source.split('/');
  return { startMs: Date.parse(start), endMs: Date.parse(end) };
}

/** Writes down what an event changes and says which record is due because of it. Within a transaction. */
export function applyEvent(
  store: ProcessingStore,
  { patientNo, event, arrivedMs, trace }: Omit<PatientEvent, 'deviceIds'>,
): NewDueRecord {
  if (event.kind === 'window-due') {
    const source = windowSource(event.windowStart, event.windowEnd);
    return { patientNo, kind: 'periodic', source, priority: 'periodic', arrivedMs: null, trace };
  }
  const { episodeId: source } = event;
  if (event.kind === 'episode-started') {
    const { rule, start, raisedAt, evidence, news2 } = event;
    store.saveEpisode({
      ...{ episodeId: source, patientNo, rule, status: 'open', startMs: start, raisedMs: raisedAt },
      ...{ endMs: null, evidence, news2, arrivedMs },
    });
    return { patientNo, kind: 'emergency', source, priority: 'emergency', arrivedMs, trace };
  }
  const known = store.episode(source);
  if (known === undefined) throw new Error(`Episode ${source} changed before it started`);
  store.saveEpisode({ ...known, ...changeOf(event) });
  // The emergency was said when it was raised; how it goes on can wait its turn.
  return { patientNo, kind: 'emergency', source, priority: 'periodic', arrivedMs: null, trace };
}

function changeOf(
  event: Extract<ClinicalEvent, { kind: 'episode-ended' | 'episode-revised' }>,
): Partial<Episode> {
  if (event.kind === 'episode-ended') return { status: 'ended', endMs: event.end };
  const { status, start, raisedAt, end } = event;
  return { status, startMs: start, raisedMs: raisedAt, endMs: end };
}
