import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { DatabaseError, isBusy } from './error.js';

/**
 * Acts while no other process can use a service's store, without a look at what lies in it: what else lies in the service's
 * folder is nobody else's meanwhile. A store that was never made needs no lock.
 * @throws DatabaseError `DATABASE_IN_USE` while the service runs
 */
export async function whileLocked<T>(path: string, act: () => Promise<T>): Promise<T> {
  if (!existsSync(path)) return act();
  const db = new DatabaseSync(path);
  try {
    db.exec('PRAGMA busy_timeout = 0; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    return await act();
  } catch (cause) {
    if (!isBusy(cause)) throw cause;
    throw new DatabaseError('DATABASE_IN_USE', `${path} is in use: stop the service first`, { cause });
  } finally {
    // Ends the transaction, which has written nothing.
    db.close();
  }
}
