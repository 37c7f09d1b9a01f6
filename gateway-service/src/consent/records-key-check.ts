import { accessControl } from '@careledger/contracts';
import { kidOf } from '@careledger/crypto';
import { CHANNELS, type ChannelName } from '@careledger/domain';
import { currentKey } from '@careledger/policy';
import type { Logger } from '@careledger/service-kit';
import type { TechnicalAlarmStore } from '../alarms/technical-alarm-store.js';
import type { GatewayCore } from '../core.js';
import type { LedgerReader } from '../ledger-access/ledger-link.js';
import type { Patient } from '../patients/index.js';
import type { PatientProgress } from '../patients/progress.js';
import type { EncryptionKeys } from './encryption-keys.js';

/** What the patient is told, for as long as it is so. */
const ALARM = { cause: 'records-key-differs', subject: 'encryption' } as const;

export interface RecordsKeyCheckOptions {
  readonly core: Pick<GatewayCore, 'store' | 'patients'>;
  readonly encryptionKeys: Pick<EncryptionKeys, 'follow' | 'isUnderWay'>;
  readonly technicalAlarms: Pick<TechnicalAlarmStore, 'raise' | 'endOf' | 'lasts'>;
  readonly progress: Pick<PatientProgress, 'notify'>;
  /** `delivery/rewrapper.ts`: settles what was asked for. */
  readonly rewrapper: { add(patientNo: number): void };
  readonly ledger: LedgerReader;
  readonly clock: () => number;
  readonly logger: Pick<Logger, 'warn' | 'error'>;
}

/**
 * Holds the key to which this gateway wraps a patient's records against the one that each channel has in force. They differ
 * after a backup from before a rotation was put back, where somebody else has appointed a key, and where one channel has
 * refused a rotation that the other took. Authors take the key from one channel, providers from the other: the patient is
 * told, and appoints another.
 */
export class RecordsKeyCheck {
  readonly #options: RecordsKeyCheckOptions;

  constructor(options: RecordsKeyCheckOptions) {
    this.#options = options;
  }

  /** A channel that does not answer is asked another time: nothing else waits for it. */
  async check(patient: Patient): Promise<void> {
    try {
      await this.#check(patient);
    } catch (err) {
      const { patientNo } = patient;
      this.#options.logger.warn({ err, patientNo }, 'the key for a patient’s records is not compared');
    }
  }

  async #check(patient: Patient): Promise<void> {
    const { core, encryptionKeys, rewrapper } = this.#options;
    const [authorities, cloud] = await Promise.all(CHANNELS.map((name) => this.#kidOn(name, patient)));
    // What is on its way differs by nature.
    if (encryptionKeys.isUnderWay(patient)) return;
    if (cloud !== undefined && (await encryptionKeys.follow(patient, cloud)))
      rewrapper.add(patient.patientNo);
    const { kid: own } = core.patients.keys(patient.patientId).encryption();
    this.#tell(
      patient,
      [authorities, cloud].some((kid) => kid !== undefined && kid !== own),
    );
  }

  async #kidOn(name: ChannelName, { patientId }: Patient): Promise<string | undefined> {
    const { encryptionKeys } = await this.#options.ledger
      .channel(name)
      .evaluate(accessControl, 'GetPatient', { patientId });
    const key = currentKey(encryptionKeys);
    return key && kidOf('X25519', key);
  }

  #tell({ patientNo }: Patient, isDifferent: boolean): void {
    const { core, technicalAlarms, progress, clock, logger } = this.#options;
    const alarm = { ...ALARM, patientNo };
    if (technicalAlarms.lasts(alarm) === isDifferent) return;
    if (isDifferent)
      logger.error(
        { patientNo },
        'the ledgers have not both the key to which a patient’s records are wrapped here: have the patient appoint another',
      );
    core.store.deferred(() => {
      if (isDifferent) technicalAlarms.raise({ ...alarm, raisedMs: clock() });
      else technicalAlarms.endOf(alarm, clock());
    });
    progress.notify(patientNo);
  }
}
