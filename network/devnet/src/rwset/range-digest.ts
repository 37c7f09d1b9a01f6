import { ledger } from '@hyperledger/fabric-protos';
import { RANGE_MERKLE_DEGREE } from '../limits.js';
import { sha256 } from '../wire/sha256.js';
import { kvReadToProto } from './kv-proto.js';
import type { KeyRead, MerkleSummary } from './model.js';

/**
 * Collects the results of a range query. Up to {@link RANGE_MERKLE_DEGREE} stay as they are; more are hashed
 * into a tree of that degree, so that a read set of a long range stays small. The tree grows and is closed the
 * way Fabric's rwsetutil does it, since validation compares the two.
 */
export class RangeDigest {
  #pending: KeyRead[] = [];
  readonly #levels = new Map<number, Buffer[]>();
  #maxLevel = 1;
  readonly #degree: number;

  constructor(degree: number = RANGE_MERKLE_DEGREE) {
    this.#degree = degree;
  }

  add(read: KeyRead): void {
    this.#pending.push(read);
    if (this.#pending.length > this.#degree) this.#hashPending();
  }

  /** The tree's top level so far. */
  summary(): MerkleSummary {
    return {
      maxDegree: this.#degree,
      maxLevel: this.#maxLevel,
      hashes: [...(this.#levels.get(this.#maxLevel) ?? [])],
    };
  }

  /** Ends the collection: raw reads, or the summary when there were too many. */
  finish(): { reads: readonly KeyRead[]; merkle: MerkleSummary | undefined } {
    if (this.#maxLevel === 1 && this.#level(1).length === 0)
      return { reads: this.#pending, merkle: undefined };
    if (this.#pending.length > 0) this.#hashPending();
    this.#close();
    return { reads: [], merkle: this.summary() };
  }

  #level(level: number): Buffer[] {
    let hashes = this.#levels.get(level);
    if (!hashes) this.#levels.set(level, (hashes = []));
    return hashes;
  }

  #hashPending(): void {
    const reads = new ledger.rwset.kvrwset.QueryReads();
    reads.setKvReadsList(this.#pending.map(kvReadToProto));
    this.#pending = [];
    this.#level(1).push(sha256(reads.serializeBinary()));
    for (let level = 1; this.#level(level).length > this.#degree; level += 1) {
      this.#promote(level, sha256(...this.#level(level)));
    }
  }

  #promote(level: number, hash: Buffer): void {
    this.#levels.delete(level);
    this.#level(level + 1).push(hash);
    this.#maxLevel = Math.max(this.#maxLevel, level + 1);
  }

  #close(): void {
    for (let level = 1; level < this.#maxLevel; level += 1) {
      const hashes = this.#level(level);
      const [only] = hashes;
      if (only === undefined) continue;
      this.#promote(level, hashes.length === 1 ? only : sha256(...hashes));
    }
    const top = this.#level(this.#maxLevel);
    if (top.length > this.#degree) this.#promote(this.#maxLevel, sha256(...top));
  }
}
