import type { ProcessingStore } from '../processing/index.js';
import type { OwnVersion } from '../records/own-version.js';

export interface RemakingOptions {
  readonly processing: Pick<ProcessingStore, 'dueAt' | 'putDue'>;
  readonly clock: () => number;
}

/** Makes what a version is about due once more, as the version that follows it. */
export class Remaking {
  readonly #options: RemakingOptions;

  constructor(options: RemakingOptions) {
    this.#options = options;
  }

  /** Within a transaction. It is made once the version that is on its way has arrived: see `pipeline.ts`. */
  makeAgain({ patientNo, kind, source, priority, arrivedMs }: OwnVersion): void {
    // Clinical records are written by authorities.
    if (kind === 'clinical') return;
    const { processing, clock } = this.#options;
    const putOffMs = processing.dueAt(patientNo, kind, source)?.notBeforeMs ?? 0;
    processing.putDue({ patientNo, kind, source, priority, arrivedMs }, clock(), putOffMs);
  }
}
