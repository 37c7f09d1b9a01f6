import { type ServiceApp, withExamples } from '@careledger/service-kit';
import { EXAMPLE } from '@careledger/domain/examples';
import { Type } from 'typebox';
import { byPatient } from '../access.js';
import { callerOf } from '../caller.js';
import { byPassphrase } from '../grants/examples.js';
import { ReadyOrPassphrase } from '../grants/schemas.js';
import { recoveryNotice } from '../recoveries/examples.js';
import { passphraseProblems, patientProblems } from '../route-problems.js';
import { PatientParams } from '../schemas.js';
import type { AlarmAcknowledging } from './acknowledging.js';
import type { AlarmList } from './alarm-list.js';
import { alarm, muteByPassphrase, readyAcknowledgement, readyMute, undelivered } from './examples.js';
import type { AlarmMuting } from './muting.js';
import {
  AlarmParams,
  AlarmView,
  AlarmsPage,
  AlarmsQuery,
  DeliveryAlarmView,
  MuteBody,
  MuteView,
} from './schemas.js';

export interface AlarmServices {
  readonly list: AlarmList;
  readonly acknowledging: AlarmAcknowledging;
  readonly muting: AlarmMuting;
}

export function addAlarmRoutes(app: ServiceApp, { list, acknowledging, muting }: AlarmServices): void {
  app.get(
    '/v1/patients/:patientId/alarms',
    {
      config: byPatient,
      schema: {
        summary:
          'Alarms of the patient, newest first: whom they were told to, who acknowledged them. And whether the consent key is being recovered',
        problems: patientProblems,
        params: PatientParams,
        querystring: AlarmsQuery,
        response: {
          200: withExamples(AlarmsPage, {
            mutedUntil: null,
            alarms: [alarm],
            delivery: [undelivered],
            recoveries: [recoveryNotice],
            next: null,
          }),
        },
      },
    },
    async (request) => list.page(request.params.patientId, request.query),
  );

  app.post(
    '/v1/patients/:patientId/alarms/mute',
    {
      config: byPatient,
      schema: {
        summary:
          'Mute sounds for at most 2 h: a ready statement, or the time and the passphrase of the consent key',
        description:
          'Alarms of high priority are not muted, and no record or notice is kept back. A time that is over ends a mute.',
        problems: [...patientProblems, ...passphraseProblems, 'MUTE_TOO_LONG', 'CONSENT_STATEMENT_REFUSED'],
        params: PatientParams,
        body: withExamples(MuteBody, muteByPassphrase, readyMute),
        response: { 200: withExamples(MuteView, { mutedUntil: EXAMPLE.at[3] }) },
      },
    },
    async (request) => muting.mute(request.params.patientId, request.body, callerOf(request)),
  );

  app.post(
    '/v1/patients/:patientId/alarms/:alarmId/acknowledge',
    {
      config: byPatient,
      schema: {
        summary:
          'Acknowledge an alarm as the patient: a ready statement, or the passphrase of the consent key',
        description:
          'It is shown no longer than it lasts. Recipients who have not acknowledged it are told all the same.',
        problems: [...patientProblems, ...passphraseProblems, 'ALARM_NOT_FOUND', 'CONSENT_STATEMENT_REFUSED'],
        params: AlarmParams,
        body: withExamples(ReadyOrPassphrase, byPassphrase, readyAcknowledgement),
        response: { 200: withExamples(Type.Union([AlarmView, DeliveryAlarmView]), alarm) },
      },
    },
    async (request) => {
      const { patientId, alarmId } = request.params;
      return acknowledging.acknowledge(patientId, alarmId, request.body, callerOf(request));
    },
  );
}
