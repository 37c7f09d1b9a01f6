import type { SignatureVerifier } from '@careledger/crypto';
import { timestampOf } from '@careledger/domain';
import { ProblemError, fromCursor, pageOfRows } from '@careledger/service-kit';
import { Type } from 'typebox';
import { alarmIdOf, episodeIdOf } from '../../alarms/alarm-id.js';
import { standingOf } from '../../alarms/alarm-standing.js';
import type { AlarmAcknowledgement, AlarmStore } from '../../alarms/alarm-store.js';
import { MUTE_MAX_MS, TECHNICAL_LISTED_MS } from '../../alarms/limits.js';
import type { MuteStore } from '../../alarms/mute-store.js';
import type {
  TechnicalAlarm,
  TechnicalAlarmStore,
  TechnicalCause,
} from '../../alarms/technical-alarm-store.js';
import { ConsentError, checkAppStatement, openConsentKey } from '../../consent/index.js';
import type { GatewayCore } from '../../core.js';
import type { Notice, NoticeStore } from '../../delivery/notice-store.js';
import type { OwnVersionStore } from '../../delivery/own-version-store.js';
import type { Patient } from '../../patients/index.js';
import { patientStatement } from '../../patients/patient-statement.js';
import type { ProblemCode } from '../../problems.js';
import type { Episode, ProcessingStore } from '../../processing/index.js';
import type { ReadyOrPassphrase } from '../grants/schemas.js';
import type { AlarmView, AlarmsPage, AlarmsQuery, DeliveryAlarmView, MuteBody, MuteView } from './schemas.js';

/** Statements to the own gateway name a channel as all do; no ledger gets them. */
const CHANNELS = ['authorities'] as const;
/** What is so no longer ends these; the patient's acknowledgement ends all others. */
const ENDS_BY_ITSELF: ReadonlySet<TechnicalCause> = new Set<TechnicalCause>([
  'notice-undelivered',
  'record-unmade',
]);
/** Where an alarm stands in the list. */
const Place = Type.Object({ raisedMs: Type.Integer(), episodeId: Type.String() });
/** Episodes that are looked at for one page, at most. */
const LOOKED_AT_MAX = 5_000;

export interface AlarmServiceOptions {
  readonly core: Pick<GatewayCore, 'patients' | 'chain' | 'store'>;
  readonly processing: Pick<ProcessingStore, 'episode' | 'episodes'>;
  readonly alarms: AlarmStore;
  readonly technicalAlarms: TechnicalAlarmStore;
  readonly mutes: MuteStore;
  readonly clock: () => number;
  readonly notices: Pick<NoticeStore, 'ofRecord'>;
  readonly versions: Pick<OwnVersionStore, 'get'>;
  readonly networkId: string;
  readonly verifier: SignatureVerifier;
}

/** Alarms as the patient sees them, and the patient's word on them. */
export class AlarmService {
  readonly #options: AlarmServiceOptions;

  constructor(options: AlarmServiceOptions) {
    this.#options = options;
  }

  list(wantedPatientId: string, { cursor, limit, shown }: AlarmsQuery): AlarmsPage {
    const { core, processing, technicalAlarms } = this.#options;
    const patient = core.patients.get(wantedPatientId);
    const rows: Episode[] = [];
    let before = cursor === undefined ? undefined : fromCursor(cursor, Place);
    for (let looked = 0; looked < LOOKED_AT_MAX && rows.length <= limit;) {
      const found = processing.episodes(patient.patientNo, before, limit + 1);
      rows.push(...found.filter((episode) => shown === undefined || this.#isShown(episode) === shown));
      looked += found.length;
      before = found.at(-1);
      if (found.length <= limit) break;
    }
    const page = pageOfRows(rows, limit, ({ raisedMs, episodeId }) => ({ raisedMs, episodeId }));
    const nowMs = this.#options.clock();
    const since = nowMs - TECHNICAL_LISTED_MS;
    return {
      ...this.#muteView(patient),
      alarms: page.rows.map((episode) => this.#view(patient, episode)),
      delivery: technicalAlarms
        .list(patient.patientNo, since)
        .map((alarm) => deliveryAlarmView(patient.patientId, alarm)),
      next: page.next,
    };
  }

  /** @param caller names who gives the passphrase, as `callerOf` does */
  async acknowledge(
    wantedPatientId: string,
    alarmId: string,
    body: ReadyOrPassphrase,
    caller: string,
  ): Promise<AlarmView | DeliveryAlarmView> {
    const { core, processing, alarms, technicalAlarms } = this.#options;
    const patient = core.patients.get(wantedPatientId);
    const { patientId, patientNo } = patient;
    const technical = this.#technical(patient, alarmId);
    const episodeId = technical === undefined ? episodeIdOf(patientId, alarmId) : alarmId;
    const episode = processing.episode(episodeId);
    if (technical === undefined && episode?.patientNo !== patientNo) throw unknown(alarmId);
    const statement = await this.#statementOf(patient, alarmId, body, caller);
    const nowMs = this.#options.clock();
    core.store.deferred(() => {
      alarms.acknowledge({
        ...{ episodeId, patientNo, statement, acknowledgedMs: nowMs, receivedMs: nowMs },
        ...{ authorityId: null, practitionerId: null, version: null },
      });
      if (technical !== undefined && !ENDS_BY_ITSELF.has(technical.cause))
        technicalAlarms.end(technical.alarmNo, nowMs);
    });
    await core.store.sync();
    if (technical !== undefined)
      return deliveryAlarmView(patientId, technicalAlarms.get(technical.alarmNo) ?? technical);
    if (episode === undefined) throw unknown(alarmId);
    return this.#view(patient, episode);
  }

  /** Keeps it for good; sounds are muted until then, those of high priority never. @param caller as `acknowledge` */
  async mute(wantedPatientId: string, body: MuteBody, caller: string): Promise<MuteView> {
    const { core, mutes, clock } = this.#options;
    const patient = core.patients.get(wantedPatientId);
    const { patientNo } = patient;
    const { statement, until } = await this.#muteStatement(patient, body, caller);
    const receivedMs = clock();
    const untilMs = Date.parse(until);
    if (untilMs - receivedMs > MUTE_MAX_MS)
      throw new ProblemError<ProblemCode>(
        'MUTE_TOO_LONG',
        `Sounds are muted until ${timestampOf(receivedMs + MUTE_MAX_MS)} at the latest`,
      );
    core.store.deferred(() => mutes.add({ patientNo, untilMs, receivedMs, statement }));
    await core.store.sync();
    return this.#muteView(patient);
  }

  async #muteStatement(
    patient: Patient,
    body: MuteBody,
    caller: string,
  ): Promise<{ readonly statement: string; readonly until: string }> {
    const { core, networkId, verifier } = this.#options;
    if ('passphrase' in body) {
      const { until, passphrase } = body;
      const signer = await openConsentKey(core, patient, { passphrase, caller });
      const about = { patientId: patient.patientId, networkId, channels: CHANNELS, body: { until } };
      return { statement: patientStatement('muteAlarms', about, signer), until };
    }
    const expected = { names: ['muteAlarms'] as const, networkId, channels: CHANNELS, verifier };
    const { until } = checkAppStatement(core, patient, body.statement, expected).body;
    return { statement: body.statement, until };
  }

  #muteView({ patientNo }: Patient): MuteView {
    const { mutes, clock } = this.#options;
    const untilMs = mutes.until(patientNo, clock());
    return { mutedUntil: untilMs === undefined ? null : timestampOf(untilMs) };
  }

  /** `{cause}.{number}`: one of the alarms about the way of alarms. */
  #technical({ patientNo }: Patient, alarmId: string): TechnicalAlarm | undefined {
    const [cause, no] = alarmId.split('.');
    const found = this.#options.technicalAlarms.get(Number(no));
    return found?.cause === cause && found?.patientNo === patientNo ? found : undefined;
  }

  async #statementOf(
    patient: Patient,
    alarmId: string,
    body: ReadyOrPassphrase,
    caller: string,
  ): Promise<string> {
    const { core, networkId, verifier } = this.#options;
    if ('passphrase' in body) {
      const signer = await openConsentKey(core, patient, { passphrase: body.passphrase, caller });
      const { patientId } = patient;
      const about = { patientId, networkId, channels: CHANNELS, body: { alarmId } };
      return patientStatement('acknowledgeAlarm', about, signer);
    }
    const expected = { names: ['acknowledgeAlarm'] as const, networkId, channels: CHANNELS, verifier };
    const said = checkAppStatement(core, patient, body.statement, expected).body.alarmId;
    if (said !== alarmId)
      throw new ConsentError(
        'CONSENT_STATEMENT_REFUSED',
        `The statement is not about alarm ${alarmId}: send it to the one that it names`,
      );
    return body.statement;
  }

  #isShown(episode: Episode): boolean {
    return standingOf(episode, this.#options.alarms.call(episode.episodeId)).isShown;
  }

  #view({ patientId, patientNo }: Patient, episode: Episode): AlarmView {
    const { alarms, notices, mutes, clock } = this.#options;
    const { episodeId, rule, type, priority, status, unconfirmed, late, marks } = episode;
    const { startMs, raisedMs, endMs, endReason } = episode;
    const call = alarms.call(episodeId);
    const recordId = call?.recordId ?? null;
    return {
      ...{ alarmId: alarmIdOf(patientId, episodeId), rule, type, priority, unconfirmed, late },
      status: status === 'merged' ? 'withdrawn' : status,
      marks: [...marks],
      ...{ startedAt: timestampOf(startMs), raisedAt: timestampOf(raisedMs) },
      ...(endMs !== null && { endedAt: timestampOf(endMs) }),
      ...(endReason !== null && { endReason }),
      ...standingOf(episode, call),
      isSilenced: priority !== 'high' && mutes.until(patientNo, clock()) !== undefined,
      ...(recordId !== null && { recordId }),
      recipients:
        recordId === null ? [] : notices.ofRecord(recordId).map((notice) => this.#recipient(notice)),
      acknowledgements: alarms.acknowledgements(episodeId).map(acknowledgementView),
    };
  }

  #recipient({
    authorityId,
    versionNo,
    status,
    madeMs,
    sentMs,
    acknowledgedMs,
  }: Notice): AlarmView['recipients'][number] {
    const version = this.#options.versions.get(versionNo)?.version ?? 1;
    const about = { authorityId, version };
    if (acknowledgedMs !== null) return { ...about, status: 'acknowledged', at: timestampOf(acknowledgedMs) };
    if (status === 'sent') return { ...about, status: 'told', at: timestampOf(sentMs ?? madeMs) };
    return { ...about, status: status === 'open' ? 'on-its-way' : 'given-up', at: timestampOf(madeMs) };
  }
}

const unknown = (alarmId: string) =>
  new ProblemError<ProblemCode>('ALARM_NOT_FOUND', `There is no alarm ${alarmId} of this patient`);

function deliveryAlarmView(
  patientId: string,
  { alarmNo, cause, subject, raisedMs, endedMs }: TechnicalAlarm,
): DeliveryAlarmView {
  const isOfAuthority = cause === 'notice-undelivered' || cause === 'notice-too-large';
  return {
    ...{ alarmId: `${cause}.${alarmNo}`, cause, type: 'technical', priority: 'medium' },
    ...(isOfAuthority ? { authorityId: subject } : { about: alarmIdOf(patientId, subject) }),
    raisedAt: timestampOf(raisedMs),
    ...(endedMs !== null && { endedAt: timestampOf(endedMs) }),
  };
}

function acknowledgementView({
  authorityId,
  practitionerId,
  version,
  acknowledgedMs,
  statement,
}: AlarmAcknowledgement): AlarmView['acknowledgements'][number] {
  return {
    by: authorityId ?? 'patient',
    ...(practitionerId !== null && { practitionerId }),
    ...(version !== null && { version }),
    ...{ at: timestampOf(acknowledgedMs), statement },
  };
}
