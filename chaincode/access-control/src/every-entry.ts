import type { StateEntry, StatePrefix, StateReader } from '@careledger/chaincode-runtime';
import { PAGE_MAX_ROWS } from '@careledger/contracts';

/** Everything under a prefix, read page by page. For evaluations: it may be much, and pages exclude writes. */
export async function* everyEntry<Value>(
  state: StateReader,
  prefix: StatePrefix<Value>,
): AsyncGenerator<StateEntry<Value>, void, undefined> {
  let start: readonly string[] | undefined;
  do {
    const { entries, next } = await state.page(prefix, PAGE_MAX_ROWS, start);
    yield* entries;
    start = next;
  } while (start !== undefined);
}
