import { hash } from 'node:crypto';
import { elementAt } from '../element-at.js';
import { NODE_PREFIX } from './hasher.js';

export const HASH_BYTES = 32;
/** An inner node's input: the prefix and both children. */
const SLOT_BYTES = 1 + 2 * HASH_BYTES;

/**
 * The complete subtrees over a block's leaves, each pair of siblings lying as the input that their parent is hashed of: so
 * nothing is copied or allocated in between.
 */
export class SlotTree {
  readonly #bytes: Buffer;
  /** The slots one by one: a view costs as much as half a hash. */
  readonly #slots: readonly Buffer[];
  /** The first slot of each level, the leaves' first. */
  #begins: number[] = [];

  /** @param capacity leaves at most */
  constructor(capacity: number) {
    const { end } = slotsOf(capacity);
    this.#bytes = Buffer.alloc(end * SLOT_BYTES);
    this.#slots = Array.from({ length: end }, (_, slot) => {
      const view = this.#bytes.subarray(slot * SLOT_BYTES, (slot + 1) * SLOT_BYTES);
      view[0] = NODE_PREFIX;
      return view;
    });
  }

  /** @param leaves 32 bytes each, at least `size` of them */
  fill(leaves: Buffer, size: number): void {
    this.#begins = slotsOf(size).begins;
    for (let index = 0; index < size; index += 2) {
      const at = index * HASH_BYTES;
      leaves.copy(this.#bytes, this.#at(0, index), at, Math.min(at + 2 * HASH_BYTES, size * HASH_BYTES));
    }
    for (let level = 1; size >> level > 0; level++) {
      const children = elementAt(this.#begins, level - 1);
      for (let index = 0; index < size >> level; index++) {
        const node = hash('sha256', this.#slots[children + index] as Buffer, 'binary');
        this.#bytes.write(node, this.#at(level, index), HASH_BYTES, 'latin1');
      }
    }
  }

  /** A node that `fill` has made, base64url. */
  text(level: number, index: number): string {
    const at = this.#at(level, index);
    return this.#bytes.toString('base64url', at, at + HASH_BYTES);
  }

  #at(level: number, index: number): number {
    return (elementAt(this.#begins, level) + (index >> 1)) * SLOT_BYTES + 1 + (index & 1) * HASH_BYTES;
  }
}

/** Where each level of a tree of `size` leaves begins, and where the last one ends, in slots. */
function slotsOf(size: number): { readonly begins: number[]; readonly end: number } {
  const begins: number[] = [];
  let end = 0;
  for (let level = 0; size >> level > 0; level++) {
    begins.push(end);
    end += ((size >> level) + 1) >> 1;
  }
  return { begins, end };
}
