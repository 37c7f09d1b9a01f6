import type { StatementBody } from '@careledger/contracts';
import { ProblemError } from '@careledger/service-kit';
import { episodeIdOf, technicalAlarmIdOf, technicalAlarmNoOf } from '../../alarms/alarm-id.js';
import type { AlarmStore } from '../../alarms/alarm-store.js';
import type {
  TechnicalAlarm,
  TechnicalAlarmStore,
  TechnicalCause,
} from '../../alarms/technical-alarm-store.js';
import { ConsentError } from '../../consent/index.js';
import type { GatewayCore } from '../../core.js';
import type { Patient } from '../../patients/index.js';
import type { ProblemCode } from '../../problems.js';
import type { Episode, ProcessingStore } from '../../processing/index.js';
import type { ReadyOrPassphrase } from '../grants/schemas.js';
import type { AlarmList } from './alarm-list.js';
import { readyWord, signedWord, type PatientWordOptions } from './patient-word.js';
import type { AlarmView, DeliveryAlarmView } from './schemas.js';
import { deliveryAlarmView } from './views.js';

/** What is so no longer ends these; the patient's acknowledgement ends all others. */
const ENDS_BY_ITSELF: ReadonlySet<TechnicalCause> = new Set<TechnicalCause>([
  'notice-undelivered',
  'record-unmade',
  'records-key-differs',
]);

export interface AlarmAcknowledgingOptions extends PatientWordOptions {
  readonly core: PatientWordOptions['core'] & Pick<GatewayCore, 'store'>;
  readonly processing: Pick<ProcessingStore, 'episode'>;
  readonly alarms: Pick<AlarmStore, 'acknowledge'>;
  readonly technicalAlarms: Pick<TechnicalAlarmStore, 'get' | 'end'>;
  readonly list: Pick<AlarmList, 'one'>;
  readonly clock: () => number;
}

/** The patient has seen an alarm: on disk when a method resolves, and kept for good. */
export class AlarmAcknowledging {
  readonly #options: AlarmAcknowledgingOptions;

  constructor(options: AlarmAcknowledgingOptions) {
    this.#options = options;
  }

  /** @param caller names who gives the passphrase, as `callerOf` does */
  async acknowledge(
    wantedPatientId: string,
    alarmId: string,
    body: ReadyOrPassphrase,
    caller: string,
  ): Promise<AlarmView | DeliveryAlarmView> {
    const { core, list } = this.#options;
    const patient = core.patients.get(wantedPatientId);
    const alarm = this.#technical(patient, alarmId) ?? this.#episode(patient, alarmId);
    const statement = await this.#statement(patient, alarmId, body, caller);
    await this.#keep(patient, alarm, statement);
    return 'alarmNo' in alarm
      ? deliveryAlarmView(patient.patientId, this.#technical(patient, alarmId) ?? alarm)
      : list.one(patient, this.#episode(patient, alarmId));
  }

  async #keep({ patientNo }: Patient, alarm: TechnicalAlarm | Episode, statement: string): Promise<void> {
    const { core, alarms, technicalAlarms, clock } = this.#options;
    const episodeId = 'alarmNo' in alarm ? technicalAlarmIdOf(alarm) : alarm.episodeId;
    const nowMs = clock();
    core.store.deferred(() => {
      alarms.acknowledge({
        ...{ episodeId, patientNo, statement, acknowledgedMs: nowMs, receivedMs: nowMs },
        ...{ authorityId: null, practitionerId: null, version: null },
      });
      if ('alarmNo' in alarm && !ENDS_BY_ITSELF.has(alarm.cause)) technicalAlarms.end(alarm.alarmNo, nowMs);
    });
    await core.store.sync();
  }

  /** One of the alarms about the way of alarms. */
  #technical({ patientNo }: Patient, alarmId: string): TechnicalAlarm | undefined {
    const found = this.#options.technicalAlarms.get(technicalAlarmNoOf(alarmId));
    const isThis = found?.patientNo === patientNo && technicalAlarmIdOf(found) === alarmId;
    return isThis ? found : undefined;
  }

  /** @throws ProblemError `ALARM_NOT_FOUND` */
  #episode({ patientId, patientNo }: Patient, alarmId: string): Episode {
    const episode = this.#options.processing.episode(episodeIdOf(patientId, alarmId));
    if (episode?.patientNo === patientNo) return episode;
    throw new ProblemError<ProblemCode>('ALARM_NOT_FOUND', `There is no alarm ${alarmId} of this patient`);
  }

  async #statement(
    patient: Patient,
    alarmId: string,
    given: ReadyOrPassphrase,
    caller: string,
  ): Promise<string> {
    const name = 'acknowledgeAlarm';
    if ('passphrase' in given) {
      const unlock = { passphrase: given.passphrase, caller };
      return (await signedWord(this.#options, patient, { name, body: { alarmId }, unlock })).statement;
    }
    const { statement, body } = readyWord(this.#options, patient, { name, statement: given.statement });
    assertAbout(alarmId, body);
    return statement;
  }
}

/** @throws ConsentError `CONSENT_STATEMENT_REFUSED` */
export function assertAbout(alarmId: string, body: StatementBody<'acknowledgeAlarm'>): void {
  if (body.alarmId === alarmId) return;
  throw new ConsentError(
    'CONSENT_STATEMENT_REFUSED',
    `The statement is not about alarm ${alarmId}: send it to the one that it names`,
  );
}
