import { ChainError, FrameError, ProofError } from '../errors.js';

/** What a proof has to show, in the order from the reading to the ledger. */
export const PROOF_STEPS = [
  'network',
  'frame',
  'reading',
  'device-signature',
  'gateway-keys',
  'chain-of-blocks',
  'frame-in-block',
  'anchor-statement',
  'transaction',
  'anchor-in-transaction',
  'attestations',
] as const;
export type ProofStep = (typeof PROOF_STEPS)[number];

export type StepResult = {
  readonly step: ProofStep;
  /** `skipped`: it builds on a step that failed. */
  readonly status: 'pass' | 'fail' | 'skipped';
  /** What was found, for people. */
  readonly detail: string;
};

/** A step that does not hold; ends up as `fail` in the checklist. */
export class StepFault extends Error {
  override readonly name = 'StepFault';
}

/** What a step found: a value for later steps, and a line for people. */
export type Found<T> = { readonly value: T; readonly detail: string };

/** Runs steps one after another, so that a report says everything that is wrong and not only the first thing. */
export class Checklist {
  readonly steps: StepResult[] = [];

  get ok(): boolean {
    return this.steps.length === PROOF_STEPS.length && this.steps.every(({ status }) => status === 'pass');
  }

  /** @param needs what earlier steps found; undefined if one of them failed */
  check<Needs, T>(step: ProofStep, needs: Needs | undefined, run: (needs: Needs) => Found<T>): T | undefined {
    if (needs === undefined) {
      this.steps.push({ step, status: 'skipped', detail: 'it builds on a step that failed' });
      return undefined;
    }
    try {
      const { value, detail } = run(needs);
      this.steps.push({ step, status: 'pass', detail });
      return value;
    } catch (error) {
      if (!isFault(error)) throw error;
      this.steps.push({
        step,
        status: 'fail',
        detail: 'code' in error ? `${error.code}: ${error.message}` : error.message,
      });
      return undefined;
    }
  }
}

/** All of them, or undefined if one is. */
export function allOf<const T extends readonly unknown[]>(
  ...needs: T
): { readonly [I in keyof T]: Exclude<T[I], undefined> } | undefined {
  return needs.includes(undefined)
    ? undefined
    : (needs as { readonly [I in keyof T]: Exclude<T[I], undefined> });
}

function isFault(error: unknown): error is StepFault | FrameError | ChainError | ProofError {
  return (
    error instanceof StepFault ||
    error instanceof FrameError ||
    error instanceof ChainError ||
    error instanceof ProofError
  );
}
