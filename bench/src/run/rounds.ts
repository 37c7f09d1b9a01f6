import { channel } from 'node:diagnostics_channel';

/** One side of a comparison: does a round and returns its figure, or what else it has found. */
export type Side<T = number> = () => Promise<T>;

/** How often each side goes. */
export interface Rounds {
  /** Rounds that are not counted, first: until the code is compiled and caches are warm. */
  readonly warmUp: number;
  readonly counted: number;
}

/** When a round ran, by `monotonicMs`. */
export interface Window {
  readonly startMs: number;
  readonly endMs: number;
}

/** When the counted rounds of each side ran. */
export type Turns = readonly (readonly Window[])[];

/** Where `inTurn` tells its `Turns` at its end: flame graphs are of them. */
export const TURNS = channel('careledger:bench:turns');

/** All rounds of a side. */
export function totalRounds({ warmUp, counted }: Rounds): number {
  return warmUp + counted;
}

/**
 * Runs the sides in turn, A B A B …, so that whatever changes the machine's speed meanwhile changes all of them. Returns
 * the figures of each side's counted rounds.
 */
export async function inTurn<T>(rounds: Rounds, sides: readonly Side<T>[]): Promise<T[][]> {
  const figures: T[][] = sides.map(() => []);
  const turns: Window[][] = sides.map(() => []);
  for (let round = 0; round < totalRounds(rounds); round++) {
    for (const [index, side] of sides.entries()) {
      const startMs = monotonicMs();
      const figure = await side();
      if (round < rounds.warmUp) continue;
      figures[index]?.push(figure);
      turns[index]?.push({ startMs, endMs: monotonicMs() });
    }
  }
  TURNS.publish(turns);
  return figures;
}

/** The clock that all processes of the machine share. */
export const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6;
