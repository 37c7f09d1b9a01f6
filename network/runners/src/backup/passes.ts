import type { CopyPass } from './tree-copy.js';

/** Passes are made while everything runs until one is this short, but no more than so many. */
const SHORT_PASS_MS = 500;
const MAX_RUNNING_PASSES = 5;

/** Repeats a copy's pass until there is little left for the last one, for which all owners are halted. */
export async function passUntilShort(pass: () => Promise<CopyPass>): Promise<void> {
  for (let i = 0; i < MAX_RUNNING_PASSES; i += 1) {
    const began = performance.now();
    await pass();
    if (performance.now() - began < SHORT_PASS_MS) return;
  }
}
