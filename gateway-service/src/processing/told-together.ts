import { haveOneCause } from '@careledger/clinical';
import type { Episode, ProcessingStore } from './store.js';

/** What of an alarm decides who may read of it. */
export type ScopedAlarm = Pick<Episode, 'rule' | 'evidence'>;

/** `records/alarm-readers.ts`. */
export interface SameReaders {
  /** Whether whoever may read of one of these alarms may read of all of them together. */
  areSame(patientNo: number, alarms: readonly ScopedAlarm[]): boolean;
}

export interface Company {
  readonly store: Pick<ProcessingStore, 'episode' | 'raisedAt' | 'together' | 'saveEpisode'>;
  readonly readers: SameReaders;
}

/**
 * The alarm with which one that is raised is told: of those with the same cause the first. Its own, where there is none, or
 * where somebody would hear less of it. One that was raised before keeps the company in which it was heard.
 */
export function leadOf({ store, readers }: Company, episode: Omit<Episode, 'leadId'>): string {
  const { episodeId, patientNo, raisedMs } = episode;
  const before = store.episode(episodeId);
  if (before !== undefined) return before.leadId;
  const caused = causedOf(episode);
  const leads = store
    .raisedAt(patientNo, raisedMs)
    .filter((other) => haveOneCause(caused, causedOf(other)))
    .map(({ leadId }) => leadId);
  const lead = leads.find((leadId) => readers.areSame(patientNo, [episode, ...store.together(leadId)]));
  return lead ?? episodeId;
}

/**
 * Alarms of one record go on in records of their own once somebody may read of one of them and not of all: a narrow grant
 * that came meanwhile, or readings of another kind. Within a transaction.
 * @returns those that have left the first one's record
 */
export function part({ store, readers }: Company, { patientNo, leadId }: Episode): readonly Episode[] {
  const company = store.together(leadId);
  if (company.length < 2 || readers.areSame(patientNo, company)) return [];
  const parted = company
    .filter(({ episodeId }) => episodeId !== leadId)
    .map((episode) => ({ ...episode, leadId: episode.episodeId }));
  for (const episode of parted) store.saveEpisode(episode);
  return parted;
}

const causedOf = ({ rule, raisedMs, evidence }: Pick<Episode, 'rule' | 'raisedMs' | 'evidence'>) => ({
  ...{ rule, raisedAt: raisedMs, evidence },
});
