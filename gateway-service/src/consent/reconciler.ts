import { CHANNELS, type ChannelName } from '@careledger/domain';
import { startWorker, type Logger, type Worker } from '@careledger/service-kit';
import type { Patient, Patients } from '../patients/index.js';
import type { GatewayStore } from '../store/index.js';
import type { AdoptedDelegations } from './adopted-delegations.js';
import type { AdoptedRules } from './adopted-rules.js';
import type { ConsentOutbox } from './consent-outbox.js';
import type { HeldUp } from './held-up.js';
import type { RecordsKeyCheck } from './records-key-check.js';
import type { Registrations } from './registrations.js';
import type { Rotations } from './rotations.js';
import type { StepStore } from './step-store.js';

/** A grant or denial that the two channels do not agree on while nothing of it is under way. */
export interface GrantDifference {
  readonly patientId: string;
  readonly grantId: string;
  readonly missingOn: ChannelName | null;
  readonly notRevokedOn: ChannelName | null;
  /** This gateway holds the statement and sends it again. */
  readonly isBeingMended: boolean;
}

export interface ReconcilerOptions {
  readonly store: Pick<GatewayStore, 'deferred'>;
  readonly patients: Pick<Patients, 'list'>;
  readonly steps: StepStore;
  readonly rules: Pick<AdoptedRules, 'compare'>;
  readonly adoptedDelegations: Pick<AdoptedDelegations, 'compare'>;
  readonly outbox: Pick<ConsentOutbox, 'add'>;
  readonly registrations: Pick<Registrations, 'has'>;
  readonly rotations: Pick<Rotations, 'compare'>;
  readonly heldUp: Pick<HeldUp, 'tryAgain'>;
  readonly recordsKeys: Pick<RecordsKeyCheck, 'check'>;
  readonly intervalMs: number;
  readonly clock: () => number;
  readonly logger: Pick<Logger, 'warn' | 'error'>;
}

/**
 * Compares every patient's keys, grants and denials on both channels after a start and now and then, reports differences
 * and repairs what it can. Once after a start it looks up what it hears of otherwise: an earlier release may have let it pass.
 */
export class Reconciler implements AsyncDisposable {
  readonly #options: ReconcilerOptions;
  /** Patients whose keys were compared since the start: what changes after that is heard of. */
  readonly #lookedUp = new Set<number>();
  #worker: Worker | undefined;
  #differences: readonly GrantDifference[] = [];
  #comparedMs: number | null = null;

  constructor(options: ReconcilerOptions) {
    this.#options = options;
  }

  start(): void {
    const { intervalMs, logger } = this.#options;
    this.#worker = startWorker({
      name: 'reconcile',
      idleMs: intervalMs,
      logger,
      run: async (signal) => {
        await this.#round(signal);
        return false;
      },
    });
  }

  /** Of the last comparison. */
  get report(): { readonly comparedMs: number | null; readonly differences: readonly GrantDifference[] } {
    return { comparedMs: this.#comparedMs, differences: this.#differences };
  }

  async stop(): Promise<void> {
    await this.#worker?.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #round(signal: AbortSignal): Promise<void> {
    const { patients, steps, clock, logger } = this.#options;
    const found: GrantDifference[] = [];
    for (const patient of patients.list()) {
      if (signal.aborted) return;
      await this.#compareKeys(patient);
      // What is under way differs by nature.
      if (steps.openCount(patient.patientNo, 'patients') > 0) continue;
      found.push(...(await this.compare(patient)));
    }
    for (const difference of found) logger.error(difference, 'the channels differ about a grant');
    this.#differences = found;
    this.#comparedMs = clock();
  }

  /** Now; what can be is taken over or sent again. None while something of the patient's is under way. @throws LedgerError */
  async compare(patient: Patient): Promise<GrantDifference[]> {
    const { rules, adoptedDelegations, steps } = this.#options;
    const on = await rules.compare(patient);
    await adoptedDelegations.compare(patient);
    // What delegates have under way differs by nature as well, and keeps nothing of the patient's from being taken over.
    if (steps.openCount(patient.patientNo) > 0) return [];
    const ids = new Set(CHANNELS.flatMap((name) => [...on[name].keys()]));
    return [...ids].flatMap((grantId) => {
      const missingOn = CHANNELS.find((name) => !on[name].has(grantId)) ?? null;
      const isRevoked = CHANNELS.some((name) => on[name].get(grantId)?.revokedAt !== undefined);
      // One that was revoked before it arrived on a channel is nowhere there: a tombstone is.
      if (missingOn !== null && isRevoked) return [];
      const notRevokedOn = isRevoked
        ? (CHANNELS.find((name) => on[name].get(grantId)?.revokedAt === undefined) ?? null)
        : null;
      if (missingOn === null && notRevokedOn === null) return [];
      const isBeingMended = missingOn !== null && this.#sendAgain(patient, grantId, missingOn);
      return [{ patientId: patient.patientId, grantId, missingOn, notRevokedOn, isBeingMended }];
    });
  }

  /** Also while something is under way, which may be about no key. */
  async #compareKeys(patient: Patient): Promise<void> {
    const { registrations, rotations, heldUp, recordsKeys, logger } = this.#options;
    const { patientId, patientNo } = patient;
    if (!CHANNELS.every((channel) => registrations.has(patientNo, channel))) return;
    try {
      if (this.#lookedUp.has(patientNo)) heldUp.tryAgain(patient);
      else await rotations.compare(patientId);
      this.#lookedUp.add(patientNo);
      await recordsKeys.check(patient);
    } catch (err) {
      logger.warn({ err, patientNo }, 'the keys of a patient are not compared; they are in the next round');
    }
  }

  #sendAgain({ patientNo }: Patient, job: string, channel: ChannelName): boolean {
    const { store, steps, outbox } = this.#options;
    const step = steps.job(patientNo, job).find((candidate) => candidate.channel === channel);
    if (step?.status !== 'done') return false;
    store.deferred(() => steps.reopen(patientNo, job, channel));
    outbox.add({ ...step, status: 'open' });
    return true;
  }
}
