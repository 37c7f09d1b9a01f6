import { setImmediate as nextTurn } from 'node:timers/promises';
import { problemOfLedger } from '@careledger/ledger/service';
import type { ItemProblem } from '@careledger/protocol';
import { ProblemError } from '@careledger/service-kit';
import { StatementError } from '@careledger/statements';
import { BlobError } from './blobs/blob-store.js';
import type { ProblemCode } from './problems.js';

/** An item of a batch, with its place in it. */
export interface Placed<T> {
  readonly place: number;
  readonly value: T;
}

export const placed = <T>(values: readonly T[]): Placed<T>[] =>
  values.map((value, place) => ({ place, value }));

/** Told of an item that goes no further, and why. */
export type Failed = (place: number, error: unknown) => void;

/** Takes every item one step further, each by itself: one that fails sinks nobody else's. */
export async function stepEach<T, R>(
  items: readonly Placed<T>[],
  run: (value: T) => R | Promise<R>,
  failed: Failed,
): Promise<Placed<R>[]> {
  const went = await Promise.all(
    items.map(async ({ place, value }): Promise<Placed<R> | undefined> => {
      try {
        return { place, value: await run(value) };
      } catch (error) {
        failed(place, error);
        return undefined;
      }
    }),
  );
  return went.filter((item) => item !== undefined);
}

/**
 * What an error says of the item that it met.
 * @param refusedAs the problem of what the ledger refuses
 * @throws the error, where it is none that has a code
 */
export function itemProblem(error: unknown, refusedAs: ProblemCode): ItemProblem {
  const problem = problemOfLedger<ProblemCode>(error, refusedAs);
  if (problem instanceof ProblemError) {
    const { reason } = problem.members;
    return {
      code: problem.code,
      detail: problem.message,
      ...(typeof reason === 'string' && { reason }),
    };
  }
  if (problem instanceof StatementError || problem instanceof BlobError)
    return { code: problem.code, detail: problem.message };
  throw error;
}

/**
 * Takes items one step further, one after the other, each by itself. Between two of them everybody else has a turn: what
 * a step computes holds nobody up for longer than one item takes.
 */
export async function eachInTurn<T, R>(
  items: readonly Placed<T>[],
  run: (value: T) => R | Promise<R>,
  failed: Failed,
): Promise<Placed<R>[]> {
  const went: Placed<R>[] = [];
  for (const { place, value } of items) {
    await nextTurn();
    try {
      went.push({ place, value: await run(value) });
    } catch (error) {
      failed(place, error);
    }
  }
  return went;
}
