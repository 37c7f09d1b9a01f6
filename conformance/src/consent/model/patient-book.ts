import type { Rule } from './rules.js';

/** What may become of a statement: it counts now, or it was void when it came. */
export type Taken = 'counts' | 'void';

/** What one channel has of a patient's decisions, as the blocks that lie there say in their order. */
export class PatientBook {
  /** Of the policy: every change begins one. */
  version = 0;
  readonly #rules = new Map<string, Rule>();
  readonly #revoked = new Set<string>();
  #revokedThrough = 0;

  /** Rules that are not revoked; they may not have begun, or be over. */
  get rules(): Iterable<Rule> {
    return this.#rules.values();
  }

  ids(): string[] {
    return [...this.#rules.keys()].sort();
  }

  /** A grant or denial. One that comes after its own revocation is void; so is a grant that a revoke-all covers. */
  record(rule: Rule): Taken {
    const isCovered = !rule.denies && rule.seq <= this.#revokedThrough;
    if (this.#revoked.has(rule.id) || isCovered) return 'void';
    this.version += 1;
    this.#rules.set(rule.id, rule);
    return 'counts';
  }

  revoke(id: string): Taken {
    this.version += 1;
    this.#revoked.add(id);
    this.#rules.delete(id);
    return 'counts';
  }

  /** "That takes away, and to end a denial would give." */
  revokeAll(seq: number): Taken {
    this.version += 1;
    this.#revokedThrough = Math.max(this.#revokedThrough, seq);
    for (const { id, denies, seq: given } of this.#rules.values())
      if (!denies && given <= this.#revokedThrough) this.#rules.delete(id);
    return 'counts';
  }

  /** Another key: what was decided before has to be decided again. */
  rotate(): Taken {
    this.version += 1;
    return 'counts';
  }
}
