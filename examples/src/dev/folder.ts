import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from './is-alive.js';

/** Marks a folder that may be emptied; the process that uses it. */
const PID_FILE = 'dev.pid';

/**
 * Makes the folder, or empties what an earlier run has left in it.
 * @returns gives it back; what is in it stays
 * @throws Error when a run uses it, or when it holds anything else
 */
export function claimFolder(dir: string): Disposable {
  mkdirSync(dir, { recursive: true });
  const pidFile = join(dir, PID_FILE);
  const [found] = readdirSync(dir);
  if (found !== undefined && !existsSync(pidFile))
    throw new Error(
      `${dir} holds ${found}, which this command did not make: name another folder with --dir.`,
    );
  const pid = found === undefined ? 0 : Number(readFileSync(pidFile, 'utf8'));
  if (pid !== 0 && isAlive(pid))
    throw new Error(`Process ${pid} uses ${dir}: end it first, or name another folder with --dir.`);
  rmSync(dir, { recursive: true });
  mkdirSync(dir, { recursive: true });
  writeFileSync(pidFile, String(process.pid));
  return { [Symbol.dispose]: () => writeFileSync(pidFile, '') };
}
