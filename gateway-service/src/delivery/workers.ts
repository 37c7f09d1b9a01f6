import type { WorkHealth } from '@careledger/service-kit';

interface Working {
  readonly health: WorkHealth | readonly WorkHealth[];
}

/** Everything that works in the background, for people to see. */
export class Workers {
  readonly #all: readonly Working[];

  constructor(all: readonly Working[]) {
    this.#all = all;
  }

  /** What waits and runs, worker by worker. */
  get health(): WorkHealth[] {
    return this.#all.flatMap(({ health }) => health);
  }
}
