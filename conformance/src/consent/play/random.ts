import { createHash } from 'node:crypto';

/** A sequence of choices that a seed and a name determine: hash by hash, so that no sequence says anything of another. */
export class Random {
  readonly #name: string;
  #drawn = 0;

  constructor(seed: number, name: string) {
    this.#name = `${seed} ${name}`;
  }

  /** An integer from 0 to below `end`. */
  below(end: number): number {
    const digest = createHash('sha256').update(`${this.#name} ${this.#drawn++}`).digest();
    return digest.readUIntBE(0, 6) % end;
  }

  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  of<T>(choices: readonly T[]): T {
    const chosen = choices[this.below(choices.length)];
    if (chosen === undefined) throw new RangeError('There is nothing to choose from.');
    return chosen;
  }

  /** Some of them, each once, at most `count`. */
  some<T>(choices: readonly T[], count: number): T[] {
    const left = [...choices];
    const chosen: T[] = [];
    while (chosen.length < count && left.length > 0) chosen.push(...left.splice(this.below(left.length), 1));
    return chosen;
  }

  /** By weights. */
  weighted<T extends string>(weights: Readonly<Record<T, number>>): T {
    const entries = Object.entries(weights) as [T, number][];
    let at = this.below(entries.reduce((sum, [, weight]) => sum + weight, 0));
    for (const [choice, weight] of entries) {
      if (at < weight) return choice;
      at -= weight;
    }
    throw new RangeError('There is nothing to choose from.');
  }
}
