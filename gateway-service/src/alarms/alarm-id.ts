import type { TechnicalAlarm } from './technical-alarm-store.js';

/**
 * Name of an alarm towards people: its episode's id without the patient, in one segment of a path. `glucose-very-low.START`
 * is the episode `PATIENT/glucose-very-low/START`.
 */
export const alarmIdOf = (patientId: string, episodeId: string): string =>
  (episodeId.startsWith(`${patientId}/`) ? episodeId.slice(patientId.length + 1) : episodeId).replaceAll(
    '/',
    '.',
  );

/** The episode that an alarm's name stands for. */
export const episodeIdOf = (patientId: string, alarmId: string): string =>
  `${patientId}/${alarmId.replaceAll('.', '/')}`;

/** Name of an alarm about the way of alarms: `notice-undelivered.7`. */
export const technicalAlarmIdOf = ({ cause, alarmNo }: Pick<TechnicalAlarm, 'cause' | 'alarmNo'>): string =>
  `${cause}.${alarmNo}`;

/** The number in such a name; NaN in any other. */
export const technicalAlarmNoOf = (alarmId: string): number => Number(alarmId.split('.')[1]);
