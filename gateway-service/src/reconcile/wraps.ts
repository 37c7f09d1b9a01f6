import type { RewrapStore } from '../delivery/rewrap-store.js';
import type { WrapDifference } from '../delivery/wrap-settling.js';
import type { Patient } from '../patients/index.js';
import type { GatewayStore } from '../store/index.js';
import type { Comparison, Found } from './difference.js';

export interface WrapsComparisonOptions {
  readonly store: Pick<GatewayStore, 'deferred'>;
  readonly rewraps: Pick<RewrapStore, 'get' | 'request'>;
  /** `delivery/rewrapper.ts`: reads what the providers hold. */
  readonly rewrapper: {
    differences(patientNo: number, signal: AbortSignal): AsyncGenerator<WrapDifference, void, undefined>;
    add(patientNo: number): void;
  };
}

/** Wraps at the providers, own records' and those of authorities, against the grants that this gateway knows. */
export class WrapsComparison implements Comparison {
  readonly #options: WrapsComparisonOptions;

  constructor(options: WrapsComparisonOptions) {
    this.#options = options;
  }

  async compare({ patientNo }: Patient, signal: AbortSignal): Promise<Found[]> {
    const { store, rewraps, rewrapper } = this.#options;
    // They are being settled.
    if (rewraps.get(patientNo) !== undefined) return [];
    const found: Found[] = [];
    for await (const difference of rewrapper.differences(patientNo, signal)) {
      const about = { channel: null, about: `${difference.recordId}/${difference.version}` };
      if (difference.kind !== 'differs') {
        found.push({ ...about, code: difference.kind === 'lost' ? 'RECORD_LOST' : 'WRAPS_UNPROVEN' });
        continue;
      }
      const repair = (): void => {
        difference.adopt();
        if (rewraps.get(patientNo) === undefined) store.deferred(() => rewraps.request(patientNo));
        rewrapper.add(patientNo);
      };
      found.push({ ...about, code: 'WRAPS_DIFFER', repair });
    }
    return found;
  }
}
