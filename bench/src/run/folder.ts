import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root of the checkout. */
export const WORKSPACE = fileURLToPath(new URL('../../..', import.meta.url));

/**
 * A folder that goes with the process. On the disk of the checkout: the system's temporary folder may be in memory,
 * where a sync costs nothing.
 */
export function runFolder(): string {
  const parent = join(WORKSPACE, '.careledger');
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
