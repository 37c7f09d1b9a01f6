import { accessControl } from '@careledger/contracts';
import type { ChannelName } from '@careledger/domain';
import { recoveryStage } from '@careledger/policy';
import type { Logger } from '@careledger/service-kit';
import { InTurn } from '../in-turn.js';
import type { LedgerReader } from '../ledger-access/ledger-link.js';
import type { Patients } from '../patients/index.js';
import type { PatientProgress } from '../patients/progress.js';
import type { GatewayStore } from '../store/index.js';
import type { RecoveryStore } from './recovery-store.js';

export interface HeardRecoveriesOptions {
  readonly ledger: LedgerReader;
  readonly patients: Pick<Patients, 'find'>;
  readonly store: Pick<GatewayStore, 'deferred' | 'sync'>;
  readonly recoveries: Pick<RecoveryStore, 'replace'>;
  readonly progress: Pick<PatientProgress, 'notify'>;
  readonly clock: () => number;
  readonly logger: Pick<Logger, 'warn' | 'error'>;
}

/**
 * Keeps what a channel says of recoveries of its patients' consent keys: what the patient is told is here, whatever is away.
 */
export class HeardRecoveries {
  readonly #options: HeardRecoveriesOptions;
  /** By channel and patient. */
  readonly #turns = new InTurn<string>();

  constructor(options: HeardRecoveriesOptions) {
    this.#options = options;
  }

  /**
   * Something of a patient has changed there. On disk when it resolves. Asks after whoever asked before has kept the answer:
   * what is kept last is what was asked last. @throws LedgerError
   */
  hear(patientId: string, channel: ChannelName): Promise<void> {
    return this.#turns.run(`${channel}/${patientId}`, () => this.#hear(patientId, channel));
  }

  async #hear(patientId: string, channel: ChannelName): Promise<void> {
    const { ledger, patients, store, recoveries, progress, clock, logger } = this.#options;
    const patient = patients.find(patientId);
    if (patient === undefined) return;
    const { patientNo } = patient;
    const listed = await ledger.channel(channel).evaluate(accessControl, 'ListRecoveries', { patientId });
    const nowMs = clock();
    const changed = store.deferred(() => recoveries.replace(patientNo, channel, listed.recoveries, nowMs));
    if (changed.length === 0) return;
    await store.sync();
    for (const recovery of changed) {
      const { recoveryId } = recovery;
      const about = { patientNo, channel, recoveryId, stage: recoveryStage(recovery, nowMs) };
      logger.warn(about, 'a recovery of the consent key of a patient has changed');
    }
    progress.notify(patientNo);
  }
}
