import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));
/** Tests run on what is built: nothing is installed or compiled while they do, in a make of its own neither. */
const AS_BUILT = ['--old-file=install', '--old-file=build', 'MAKE=:'];

export interface Made {
  /** 0, or what make itself says: 2 where a command failed. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The project's Makefile, as operators use it, on a network with a folder and ports of its own. */
export class Makefile {
  constructor(
    readonly networkDir: string,
    readonly portOffset: number,
  ) {}

  /** Makes a target; what fails is an outcome, too. */
  async make(target: string, variables: Readonly<Record<string, string>> = {}): Promise<Made> {
    const place = { ON: 'native', NATIVE_DIR: this.networkDir, PORT_OFFSET: String(this.portOffset) };
    const settings = Object.entries({ ...place, ...variables }).map(([name, value]) => `${name}=${value}`);
    try {
      const { stdout, stderr } = await run('make', [...AS_BUILT, target, ...settings], { cwd: PROJECT });
      return { status: 0, stdout, stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as { code?: unknown; stdout?: unknown; stderr?: unknown };
      if (typeof code !== 'number') throw error;
      return { status: code, stdout: String(stdout), stderr: String(stderr) };
    }
  }
}
