import type { StepStore } from '../consent/step-store.js';
import type { GatewayCore } from '../core.js';
import type { Patient } from '../patients/index.js';
import type { PatientProgress } from '../patients/progress.js';
import type { ProcessingStore, Processor } from '../processing/index.js';
import type { AnchorStore } from './anchor-store.js';
import type { Anchoring } from './anchoring.js';
import type { OwnVersionStore } from './own-version-store.js';
import type { RewrapStore } from './rewrap-store.js';

export interface FlushingOptions {
  readonly core: Pick<GatewayCore, 'sealNow' | 'head'>;
  readonly processor: Pick<Processor, 'flush'>;
  readonly anchoring: Pick<Anchoring, 'request'>;
  readonly progress: Pick<PatientProgress, 'until'>;
  readonly processing: Pick<ProcessingStore, 'dueCount'>;
  readonly versions: Pick<OwnVersionStore, 'openCount'>;
  readonly steps: Pick<StepStore, 'openCount'>;
  readonly rewraps: Pick<RewrapStore, 'count'>;
  /** `received/received-store.ts` */
  readonly received: { openCount(patientNo: number): number };
  readonly anchors: Pick<AnchorStore, 'get'>;
}

/** What is left of a patient's work, after a flush. */
export interface FlushOutcome {
  /** Nothing is left and the chain is anchored. */
  readonly isDrained: boolean;
  readonly due: number;
  readonly open: number;
  readonly consent: number;
  readonly rewraps: number;
  /** Versions by authorities whose tags are to be confirmed. */
  readonly confirmations: number;
  readonly anchoredHeight: number | null;
}

/** Has all of a patient's work done now, without waiting for windows, blocks and anchors to become due. */
export class Flushing {
  readonly #options: FlushingOptions;

  constructor(options: FlushingOptions) {
    this.#options = options;
  }

  /** Closes a patient's windows, seals, anchors, and waits until everything has arrived or the time is over. */
  async flush({ patientId, patientNo }: Patient, timeoutMs: number): Promise<FlushOutcome> {
    const { core, processor, anchoring, progress } = this.#options;
    processor.flush(patientNo);
    await core.sealNow(patientId);
    const { height } = core.head(patientId);
    anchoring.request(patientNo);
    const isDone = (): boolean => {
      const left = this.#left(patientNo);
      const work = left.due + left.open + left.consent + left.rewraps + left.confirmations;
      return work === 0 && (left.anchoredHeight ?? -1) >= height;
    };
    const isDrained = await progress.until(patientNo, isDone, timeoutMs);
    return { isDrained, ...this.#left(patientNo) };
  }

  #left(patientNo: number): Omit<FlushOutcome, 'isDrained'> {
    const { processing, versions, steps, rewraps, received, anchors } = this.#options;
    return {
      due: processing.dueCount(patientNo),
      open: versions.openCount(patientNo),
      consent: steps.openCount(patientNo),
      rewraps: rewraps.count(patientNo),
      confirmations: received.openCount(patientNo),
      anchoredHeight: anchors.get(patientNo).anchored?.height ?? null,
    };
  }
}
