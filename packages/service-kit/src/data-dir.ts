import { chmodSync, mkdirSync, statSync } from 'node:fs';

const OWNER_ALONE = 0o700;
const GROUP_AND_OTHERS = 0o077;

/**
 * Makes the folder of a service's keys, store and journals, for the owner alone; one that is there is closed to others, and
 * with it whatever lies in it. Before anything is opened in it.
 * @throws the file system's error, e.g. EPERM where the folder is open to others and belongs to somebody else
 */
export function prepareDataDir(path: string): void {
  mkdirSync(path, { recursive: true, mode: OWNER_ALONE });
  if ((statSync(path).mode & GROUP_AND_OTHERS) !== 0) chmodSync(path, OWNER_ALONE);
}
