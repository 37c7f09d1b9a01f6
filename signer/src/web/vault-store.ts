import { createStore, get, set, type UseStore } from 'idb-keyval';

const DATABASE = 'careledger-consent';
const KEY = 'vault';

/** Where the browser keeps the encrypted file: IndexedDB of this origin. */
export class VaultStore {
  readonly #store: UseStore = createStore(DATABASE, 'files');

  /** The file as it is on disk; undefined before the first. */
  read(): Promise<string | undefined> {
    return get<string>(KEY, this.#store);
  }

  /** Durable as far as the browser goes; asks it not to throw the file away when space is short. */
  async write(text: string): Promise<void> {
    await set(KEY, text, this.#store);
    await navigator.storage.persist();
  }
}

/**
 * Runs with the file for this tab alone: two tabs would overwrite each other's journal.
 * @returns false where another tab has it
 */
export function onlyHere(run: () => Promise<void>): Promise<boolean> {
  return navigator.locks.request(DATABASE, { ifAvailable: true }, async (lock) => {
    if (lock === null) return false;
    await run();
    return true;
  });
}
