import type { Logger } from '@careledger/service-kit';
import type { StepStore } from '../consent/index.js';
import type { Patient, Patients } from '../patients/index.js';
import { DIFFERENCE_CODES, type Comparison, type Difference } from './difference.js';

/** A difference, with what was done about it. */
interface Reconciled extends Difference {
  /** What it is, and what mends it. */
  readonly detail: string;
  /** `sent`: what mends it is on its way. `possible`: it was not asked for. `none`: others have to, as its code says. */
  readonly repair: 'sent' | 'possible' | 'none';
}

export interface ReconciliationOptions {
  readonly patients: Pick<Patients, 'get' | 'list'>;
  readonly steps: Pick<StepStore, 'openCount'>;
  readonly comparisons: readonly Comparison[];
  readonly logger: Pick<Logger, 'error'>;
}

/** What a comparison has found. */
export interface Compared {
  readonly patients: number;
  /** Patients with a decision under way: what is compared with it is not told yet. */
  readonly underWay: number;
  readonly differences: readonly Reconciled[];
}

export interface Asked {
  /** All of them if null. */
  readonly patientId: string | null;
  readonly isRepairing: boolean;
}

/** Compares everything that this gateway, both channels and the providers have of patients, and mends what it can. */
export class Reconciliation {
  readonly #options: ReconciliationOptions;

  constructor(options: ReconciliationOptions) {
    this.#options = options;
  }

  /**
   * @param onProgress how many patients have been compared, of how many
   * @throws LedgerError, HttpClientError: nothing is said of what could not be asked
   */
  async run(
    { patientId, isRepairing }: Asked,
    signal: AbortSignal,
    onProgress: (done: number, total: number) => void,
  ): Promise<Compared> {
    const { patients, steps, logger } = this.#options;
    const compared = patientId === null ? patients.list() : [patients.get(patientId)];
    const differences: Reconciled[] = [];
    let underWay = 0;
    for (const [index, patient] of compared.entries()) {
      signal.throwIfAborted();
      if (steps.openCount(patient.patientNo, 'patients') > 0) underWay += 1;
      else differences.push(...(await this.#compare(patient, isRepairing, signal)));
      onProgress(index + 1, compared.length);
    }
    for (const difference of differences) logger.error(difference, 'stores and channels differ');
    return { patients: compared.length - underWay, underWay, differences };
  }

  async #compare(patient: Patient, isRepairing: boolean, signal: AbortSignal): Promise<Reconciled[]> {
    const reconciled: Reconciled[] = [];
    for (const comparison of this.#options.comparisons)
      for (const { repair, isSent = false, ...difference } of await comparison.compare(patient, signal)) {
        if (isRepairing) repair?.();
        const isDone = isSent || (isRepairing && repair !== undefined);
        const open = repair === undefined ? 'none' : 'possible';
        reconciled.push({
          ...{ ...difference, patientId: patient.patientId, detail: DIFFERENCE_CODES[difference.code] },
          repair: isDone ? 'sent' : open,
        });
      }
    return reconciled;
  }
}
