/** One side of a comparison: does a round and returns its figure, or what else it has found. */
export type Side<T = number> = () => Promise<T>;

/** How often each side goes. */
export interface Rounds {
  /** Rounds that are not counted, first: until the code is compiled and caches are warm. */
  readonly warmUp: number;
  readonly counted: number;
}

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
  for (let round = 0; round < totalRounds(rounds); round++) {
    for (const [index, side] of sides.entries()) {
      const figure = await side();
      if (round >= rounds.warmUp) figures[index]?.push(figure);
    }
  }
  return figures;
}
