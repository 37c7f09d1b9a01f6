import { keysOf, type KeysOf, type ReadVersion } from '../../fixtures/observation/transaction-content.js';
import { patientOf, type Carried } from './carried.js';

/** Blocks for which writes are remembered: far longer than any transaction is on its way. */
const REMEMBERED_BLOCKS = 2_000;

/** Who wrote a key last. */
interface Write {
  readonly at: ReadVersion;
  readonly patientIds: ReadonlySet<string>;
  readonly sids: ReadonlySet<string>;
}

/** The transactions that failed for what others did, and whether it was the same patient's doing. */
export class Conflicts {
  readonly #writes = new Map<string, Write>();
  /** Keys by the block that wrote them. */
  readonly #blocks = new Map<number, string[]>();
  /** How many there were. */
  count = 0;

  /** Notes what a valid transaction has written. */
  wrote(envelope: Uint8Array, at: ReadVersion, carried: readonly Carried[]): void {
    const write = { at, ...namesIn(carried) };
    const { writes } = keysOf(envelope);
    for (const key of writes) this.#writes.set(key, write);
    this.#blocks.set(at.block, [...(this.#blocks.get(at.block) ?? []), ...writes]);
    this.#forget(at.block - REMEMBERED_BLOCKS);
  }

  /**
   * Explains a transaction that failed for what it had read.
   * @returns the keys that others' patients have changed under it; undefined where nothing explains it
   */
  strangersIn(envelope: Uint8Array, carried: readonly Carried[]): readonly string[] | undefined {
    this.count += 1;
    const own = namesIn(carried);
    const keys = keysOf(envelope);
    const changed = this.#changedSince(keys);
    if (changed.length === 0) return undefined;
    return changed
      .filter(([key, write]) => {
        const isSameStatement = [...write.sids].some((sid) => own.sids.has(sid));
        const isOwn = [...own.patientIds].some((id) => key.includes(id) && write.patientIds.has(id));
        return !isSameStatement && !isOwn;
      })
      .map(([key]) => printable(key));
  }

  #changedSince({ reads, ranges }: KeysOf): [string, Write][] {
    const stale = reads.flatMap(({ key, version }): [string, Write][] => {
      const write = this.#writes.get(key);
      const isSame = write?.at.block === version?.block && write?.at.tx === version?.tx;
      // A key that was read before what is remembered was not written since.
      return write === undefined || isSame ? [] : [[key, write]];
    });
    if (stale.length > 0) return stale;
    return [...this.#writes].filter(([key]) => ranges.some(({ start, end }) => start <= key && key < end));
  }

  #forget(block: number): void {
    for (const key of this.#blocks.get(block) ?? [])
      if (this.#writes.get(key)?.at.block === block) this.#writes.delete(key);
    this.#blocks.delete(block);
  }
}

const namesIn = (carried: readonly Carried[]) => ({
  patientIds: new Set(carried.map(({ statement }) => patientOf(statement))),
  sids: new Set(carried.map(({ statement }) => statement.sid)),
});

const printable = (key: string): string => key.replaceAll('\0', '/');
