import { BLOCK_MAX_FRAMES, SEAL_INTERVAL_MS } from './limits.js';

/** Fractional part of the golden ratio: its multiples spread evenly however many patients there are (Weyl 1916). */
const GOLDEN_FRACTION = 0.6180339887498949;

/** A patient's phase in the cycle, 0 ≤ phase < 1. */
export function phaseOf(patientNo: number): number {
  return (patientNo * GOLDEN_FRACTION) % 1;
}

/**
 * When a block opened at `nowMs` is sealed at the latest: the next multiple of the interval, shifted by the patient's
 * phase. Thousands of patients whose devices send in step would otherwise all be sealed in the same moment.
 */
export function sealDueMs(phase: number, nowMs: number): number {
  const shift = Math.floor(phase * SEAL_INTERVAL_MS);
  return (
    nowMs + SEAL_INTERVAL_MS - ((((nowMs - shift) % SEAL_INTERVAL_MS) + SEAL_INTERVAL_MS) % SEAL_INTERVAL_MS)
  );
}

/** Frames of a patient's first block after a start: less than the rest, each patient another number. */
export function firstBlockFrames(phase: number): number {
  return 1 + Math.floor(phase * BLOCK_MAX_FRAMES);
}
