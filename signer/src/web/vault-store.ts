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

  /** Durable as far as the browser goes. */
  write(text: string): Promise<void> {
    return set(KEY, text, this.#store);
  }

  /** Asks the browser not to throw the file away when space is short. It may ask the patient: nothing waits for that. */
  wishToStay(): void {
    navigator.storage.persist().catch(() => undefined);
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
