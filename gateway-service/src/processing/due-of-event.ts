import { FOR_AUTHORITIES, type ClinicalEvent } from '@careledger/clinical';
import { timestampOf } from '@careledger/domain';
import { isTracing, startSpan, type TraceParent } from '@careledger/service-kit';
import { URGENT_MAX_AGE_MS } from '../ingest/index.js';
import { rowOfReading, type ProcessedFrame } from './reading-id.js';
import type { Episode, Priority, NewDueRecord, ProcessingStore } from './store.js';
import { leadOf, part, type SameReaders } from './told-together.js';

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
  const newsMs = newsTimeOf(event);
  return newsMs !== undefined && arrivedMs - newsMs <= URGENT_MAX_AGE_MS ? 'emergency' : 'periodic';
}

/** When what an event tells came about; undefined of what nobody has to be told. */
function newsTimeOf(event: ClinicalEvent): number | undefined {
  switch (event.kind) {
    case 'episode-started':
      return event.raisedAt;
    case 'episode-escalated':
      return event.at;
    case 'episode-ended':
      return event.end;
    case 'episode-revised':
    case 'episode-scored':
    case 'window-due':
      return undefined;
  }
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

/** Where events are written down, and when that is. */
export interface EventTarget {
  readonly store: ProcessingStore;
  /** `alarms/alarm-store.ts`. */
  readonly alarms: CalledAlarms;
  readonly readers: SameReaders;
  readonly nowMs: number;
}

/** Alarms that were raised, confirmed or escalated: each time somebody is asked to acknowledge. */
export interface CalledAlarms {
  called(alarm: { readonly episodeId: string; readonly patientNo: number }, calledMs: number): void;
}

/**
 * Writes down what an event changes and says which records are due because of it. Within a transaction. An alarm that is
 * raised, escalated, confirmed or over is told; a higher score, and what late readings change, is written down. Alarms with
 * one cause are told in one record, that of the first of them.
 */
export function applyEvent(
  target: EventTarget,
  { patientNo, event, arrivedMs, trace }: Omit<PatientEvent, 'deviceIds'>,
): NewDueRecord[] {
  const { store, alarms, nowMs } = target;
  if (event.kind === 'window-due') {
    const source = windowSource(event.windowStart, event.windowEnd);
    return [{ patientNo, kind: 'periodic', source, priority: 'periodic', arrivedMs: null, trace }];
  }
  const { episodeId } = event;
  const known = event.kind === 'episode-started' ? undefined : store.episode(episodeId);
  if (known === undefined && event.kind !== 'episode-started')
    throw new Error(`Episode ${episodeId} changed before it started`);
  const changed = episodeAfter(event, { patientNo, arrivedMs, known });
  const episode = { ...changed, leadId: known?.leadId ?? leadOf(target, changed) };
  store.saveEpisode(episode);
  if (event.kind === 'episode-started' || event.kind === 'episode-escalated') alarms.called(episode, nowMs);
  // Of low priority and about a device: the patient sees it, and authorities are told of what lasts.
  if (!isForAuthorities(episode)) return [];
  const isTold = event.kind !== 'episode-revised' && event.kind !== 'episode-scored';
  const dueAs = (source: string, priority: Priority): NewDueRecord => ({
    ...{ patientNo, kind: 'emergency', source, priority, trace },
    arrivedMs: priority === 'emergency' ? arrivedMs : null,
  });
  // What has a record of its own from now on is told there first of all.
  const parted = part(target, episode).map((other) => dueAs(other.episodeId, 'emergency'));
  return [dueAs(episode.leadId, isTold ? 'emergency' : 'periodic'), ...parted];
}

const isForAuthorities = ({ type, priority, marks }: Episode): boolean =>
  type !== 'technical' || priority !== 'low' || marks.includes(FOR_AUTHORITIES);

type EpisodeEvent = Exclude<ClinicalEvent, { kind: 'window-due' }>;

function episodeAfter(
  event: EpisodeEvent,
  {
    patientNo,
    arrivedMs,
    known,
  }: { readonly patientNo: number; readonly arrivedMs: number; readonly known: Episode | undefined },
): Omit<Episode, 'leadId'> {
  if (event.kind === 'episode-started') {
    const { episodeId, rule, type, priority, unconfirmed, late, marks, start, raisedAt, evidence, news2 } =
      event;
    return {
      ...{ episodeId, patientNo, rule, type, priority, unconfirmed, late, marks, status: 'open' },
      ...{ startMs: start, raisedMs: raisedAt, endMs: null, endReason: null, evidence, news2, arrivedMs },
    };
  }
  if (known === undefined) throw new Error(`Episode ${event.episodeId} is not known`);
  return { ...known, ...changeOf(event, known) };
}

function changeOf(
  event: Exclude<EpisodeEvent, { kind: 'episode-started' }>,
  known: Episode,
): Partial<Episode> {
  if (event.kind === 'episode-ended') return { status: 'ended', endMs: event.end, endReason: event.reason };
  if (event.kind === 'episode-escalated' || event.kind === 'episode-scored') {
    const { priority, unconfirmed, marks, evidence, news2 } = event;
    const rows = new Set(known.evidence.map(({ rowId }) => rowId));
    const more = evidence.filter(({ rowId }) => !rows.has(rowId));
    return {
      priority,
      unconfirmed,
      marks,
      evidence: [...known.evidence, ...more],
      news2: news2 ?? known.news2,
    };
  }
  const { status, start, raisedAt, end, reason } = event;
  return { status, startMs: start, raisedMs: raisedAt, endMs: end, endReason: reason };
}

/** The newest frame that an emergency rests on. */
export function raiserOf(
  event: ClinicalEvent,
  frames: readonly ProcessedFrame[],
): ProcessedFrame | undefined {
  if (event.kind !== 'episode-started' && event.kind !== 'episode-escalated') return undefined;
  const rows = new Set(event.evidence.map(({ rowId }) => rowOfReading(rowId)));
  return frames.findLast(({ rowId }) => rows.has(rowId));
}
