import { fromCursor, toCursor } from '@careledger/service-kit';
import { Type } from 'typebox';
import { standingOf } from '../../alarms/alarm-standing.js';
import type { AlarmStore } from '../../alarms/alarm-store.js';
import { TECHNICAL_LISTED_MS } from '../../alarms/limits.js';
import type { MuteStore } from '../../alarms/mute-store.js';
import type { TechnicalAlarmStore } from '../../alarms/technical-alarm-store.js';
import type { RecoveryStore } from '../../consent/index.js';
import type { GatewayCore } from '../../core.js';
import type { NoticeStore } from '../../delivery/notice-store.js';
import type { OwnVersionStore } from '../../delivery/own-version-store.js';
import type { Patient } from '../../patients/index.js';
import type { Episode, ProcessingStore } from '../../processing/index.js';
import { recoveryNotices } from '../recoveries/notices.js';
import type { AlarmView, AlarmsPage, AlarmsQuery } from './schemas.js';
import { alarmView, deliveryAlarmView, muteView } from './views.js';

/** Where an alarm stands in the list. */
const Place = Type.Object({ raisedMs: Type.Integer(), episodeId: Type.String() });
/** Episodes that are looked at for one page, at most: the page is short then, and another one follows. */
const LOOKED_AT_MAX = 5_000;
/** Of those, read at once where most are passed over. */
const READ_AT_ONCE = 500;

export interface AlarmListOptions {
  readonly core: Pick<GatewayCore, 'patients'>;
  readonly processing: Pick<ProcessingStore, 'episodes'>;
  readonly alarms: Pick<AlarmStore, 'call' | 'acknowledgements'>;
  readonly technicalAlarms: Pick<TechnicalAlarmStore, 'list'>;
  readonly mutes: Pick<MuteStore, 'until'>;
  readonly recoveries: Pick<RecoveryStore, 'of'>;
  readonly notices: Pick<NoticeStore, 'ofRecord'>;
  readonly versions: Pick<OwnVersionStore, 'get'>;
  readonly clock: () => number;
}

/** Alarms as the patient sees them. */
export class AlarmList {
  readonly #options: AlarmListOptions;

  constructor(options: AlarmListOptions) {
    this.#options = options;
  }

  page(wantedPatientId: string, query: AlarmsQuery): AlarmsPage {
    const { core, technicalAlarms, mutes, recoveries, clock } = this.#options;
    const patient = core.patients.get(wantedPatientId);
    const { patientId, patientNo } = patient;
    const nowMs = clock();
    const mutedUntilMs = mutes.until(patientNo, nowMs);
    const { rows, next } = this.#rows(patient, query);
    return {
      ...muteView(mutedUntilMs),
      alarms: rows.map((episode) => this.#view(patient, episode, mutedUntilMs !== undefined)),
      delivery: technicalAlarms
        .list(patientNo, nowMs - TECHNICAL_LISTED_MS)
        .map((alarm) => deliveryAlarmView(patientId, alarm)),
      recoveries: recoveryNotices(recoveries.of(patientNo), nowMs),
      next,
    };
  }

  /** One of the patient's alarms. */
  one(patient: Patient, episode: Episode): AlarmView {
    const { mutes, clock } = this.#options;
    return this.#view(patient, episode, mutes.until(patient.patientNo, clock()) !== undefined);
  }

  #rows(
    { patientNo }: Patient,
    { cursor, limit, shown }: AlarmsQuery,
  ): { readonly rows: readonly Episode[]; readonly next: string | null } {
    const rows: Episode[] = [];
    const atOnce = shown === undefined ? limit + 1 : READ_AT_ONCE;
    let place = cursor === undefined ? undefined : fromCursor(cursor, Place);
    for (let looked = 0; looked < LOOKED_AT_MAX;) {
      const found = this.#options.processing.episodes(patientNo, place, atOnce);
      for (const episode of found) {
        if (shown !== undefined && this.#isShown(episode) !== shown) continue;
        if (rows.length === limit) return { rows, next: cursorOf(rows.at(-1)) };
        rows.push(episode);
      }
      if (found.length < atOnce) return { rows, next: null };
      looked += found.length;
      place = found.at(-1);
    }
    return { rows, next: cursorOf(place) };
  }

  #isShown(episode: Episode): boolean {
    return standingOf(episode, this.#options.alarms.call(episode.episodeId)).isShown;
  }

  #view({ patientId }: Patient, episode: Episode, isMuted: boolean): AlarmView {
    const { alarms, notices, versions } = this.#options;
    const { episodeId, leadId } = episode;
    const call = alarms.call(episodeId);
    const sent = call === undefined || call.recordId === null ? [] : notices.ofRecord(call.recordId);
    const history = {
      call,
      notices: sent.map((notice) => ({ notice, version: versions.get(notice.versionNo)?.version ?? 1 })),
      acknowledgements: alarms.acknowledgements(episodeId, leadId),
    };
    return alarmView(patientId, episode, history, isMuted);
  }
}

const cursorOf = (place: Pick<Episode, 'raisedMs' | 'episodeId'> | undefined): string | null =>
  place === undefined ? null : toCursor({ raisedMs: place.raisedMs, episodeId: place.episodeId });
