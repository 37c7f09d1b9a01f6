import type { ChannelName } from '@careledger/domain';
import { isRecoveryOpen } from '@careledger/policy';
import type { Patient } from '../patients/index.js';
import type { GatewayStore } from '../store/index.js';
import type { DelegationStore } from './delegation-store.js';
import type { RecoveryStore } from './recovery-store.js';
import type { ConsentStep, StepStore } from './step-store.js';

export interface HeldUpOptions {
  readonly core: { readonly store: Pick<GatewayStore, 'deferred'> };
  readonly steps: Pick<StepStore, 'heldUp' | 'reopen' | 'eligible'>;
  readonly recoveries: Pick<RecoveryStore, 'of'>;
  readonly delegations: Pick<DelegationStore, 'setStatus'>;
  /** `consent-outbox.ts`: brings them. */
  readonly outbox: { add(step: ConsentStep): void };
  readonly clock: () => number;
}

/**
 * A channel takes nothing that gives while a recovery is pending there (`RECOVERY_PENDING`). What the other channel had
 * taken before keeps the two apart: it is brought again once the recovery is over. One that took over ends that: then the
 * key that signed counts no more, and the channel says so.
 */
export class HeldUp {
  readonly #options: HeldUpOptions;

  constructor(options: HeldUpOptions) {
    this.#options = options;
  }

  /** By what this gateway has heard of recoveries. Twice does no more than once. */
  tryAgain({ patientNo }: Patient): void {
    const { core, steps, delegations, outbox } = this.#options;
    const held = steps.heldUp(patientNo).filter(({ channel }) => !this.#isPending(patientNo, channel));
    if (held.length === 0) return;
    core.store.deferred(() => {
      for (const { job, channel, kind } of held) {
        steps.reopen(patientNo, job, channel);
        if (kind === 'delegate') delegations.setStatus(patientNo, job, 'refused', 'pending');
      }
    });
    for (const step of steps.eligible(patientNo)) outbox.add(step);
  }

  #isPending(patientNo: number, channel: ChannelName): boolean {
    const { recoveries, clock } = this.#options;
    return recoveries
      .of(patientNo)
      .some(
        ({ channel: on, recovery }) =>
          on === channel && recovery.confirmedBy !== undefined && isRecoveryOpen(recovery, clock()),
      );
  }
}
