import {
  SamplingDecision,
  TraceIdRatioBasedSampler,
  type Sampler,
  type SamplingResult,
} from '@opentelemetry/sdk-trace';
import type { SpanAttributes } from './span-attributes.js';

const URGENT = 'careledger.frame.urgent' satisfies keyof SpanAttributes;

/** Takes a share of all traces, and every one that begins with a frame of the emergency lane. */
export class EmergencySampler implements Sampler {
  readonly #share: Sampler;

  /** @param ratio of traces that are taken, 0 to 1 */
  constructor(ratio: number) {
    this.#share = new TraceIdRatioBasedSampler(ratio);
  }

  shouldSample(...started: Parameters<Sampler['shouldSample']>): SamplingResult {
    const [, , , , attributes] = started;
    if (attributes[URGENT] === true) return { decision: SamplingDecision.RECORD_AND_SAMPLED };
    return this.#share.shouldSample(...started);
  }

  toString(): string {
    return `EmergencySampler{${this.#share.toString()}}`;
  }
}
