import { timestampOf } from '@careledger/domain';
import { alarmIdOf, technicalAlarmIdOf } from '../../alarms/alarm-id.js';
import { standingOf } from '../../alarms/alarm-standing.js';
import type { AlarmAcknowledgement, AlarmCall } from '../../alarms/alarm-store.js';
import type { TechnicalAlarm } from '../../alarms/technical-alarm-store.js';
import type { Notice } from '../../delivery/notice-store.js';
import type { Episode } from '../../processing/index.js';
import type { AlarmView, DeliveryAlarmView, MuteView } from './schemas.js';

/** A notice, and the version of the record that it carries. */
export interface NoticeOfVersion {
  readonly notice: Notice;
  readonly version: number;
}

/** What became of an alarm. */
export interface AlarmHistory {
  readonly call: AlarmCall | undefined;
  readonly notices: readonly NoticeOfVersion[];
  readonly acknowledgements: readonly AlarmAcknowledgement[];
}

export const muteView = (mutedUntilMs: number | undefined): MuteView => ({
  mutedUntil: mutedUntilMs === undefined ? null : timestampOf(mutedUntilMs),
});

/** @param isMuted whether the patient's sounds are muted now */
export function alarmView(
  patientId: string,
  episode: Episode,
  { call, notices, acknowledgements }: AlarmHistory,
  isMuted: boolean,
): AlarmView {
  const { episodeId, rule, type, priority, status, unconfirmed, late, marks } = episode;
  const { startMs, raisedMs, endMs, endReason } = episode;
  return {
    ...{ alarmId: alarmIdOf(patientId, episodeId), rule, type, priority, unconfirmed, late },
    status: status === 'merged' ? 'withdrawn' : status,
    marks: [...marks],
    ...{ startedAt: timestampOf(startMs), raisedAt: timestampOf(raisedMs) },
    ...(endMs !== null && { endedAt: timestampOf(endMs) }),
    ...(endReason !== null && { endReason }),
    ...standingOf(episode, call),
    isSilenced: isMuted && priority !== 'high',
    ...(call !== undefined && call.recordId !== null && { recordId: call.recordId }),
    recipients: notices.map(recipientView),
    acknowledgements: acknowledgements.map(acknowledgementView),
  };
}

export function deliveryAlarmView(patientId: string, alarm: TechnicalAlarm): DeliveryAlarmView {
  const { cause, subject, raisedMs, endedMs } = alarm;
  return {
    ...{ alarmId: technicalAlarmIdOf(alarm), cause, type: 'technical', priority: 'medium' },
    ...subjectOf(patientId, cause, subject),
    raisedAt: timestampOf(raisedMs),
    ...(endedMs !== null && { endedAt: timestampOf(endedMs) }),
  };
}

function subjectOf(
  patientId: string,
  cause: TechnicalAlarm['cause'],
  subject: string,
): Pick<DeliveryAlarmView, 'authorityId' | 'about'> {
  if (cause === 'records-key-differs') return {};
  const isOfAuthority = cause === 'notice-undelivered' || cause === 'notice-too-large';
  return isOfAuthority ? { authorityId: subject } : { about: alarmIdOf(patientId, subject) };
}

function recipientView({
  notice: { authorityId, status, madeMs, sentMs, acknowledgedMs },
  version,
}: NoticeOfVersion): AlarmView['recipients'][number] {
  const about = { authorityId, version };
  if (acknowledgedMs !== null) return { ...about, status: 'acknowledged', at: timestampOf(acknowledgedMs) };
  if (status === 'sent') return { ...about, status: 'told', at: timestampOf(sentMs ?? madeMs) };
  return { ...about, status: status === 'open' ? 'on-its-way' : 'given-up', at: timestampOf(madeMs) };
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
