import type { ChannelName } from '@careledger/domain';
import type { StepStore } from './step-store.js';

/** On which channels patients are registered, as far as this gateway has heard. */
export class Registrations {
  readonly #patients: Readonly<Record<ChannelName, Set<number>>> = {
    authorities: new Set(),
    cloud: new Set(),
  };

  constructor(steps: Pick<StepStore, 'registrations'>) {
    for (const { patientNo, channel } of steps.registrations()) this.note(patientNo, channel);
  }

  has(patientNo: number, channel: ChannelName): boolean {
    return this.#patients[channel].has(patientNo);
  }

  /** A ledger has the registration. */
  note(patientNo: number, channel: ChannelName): void {
    this.#patients[channel].add(patientNo);
  }
}
