import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { RunnerError } from '../errors.js';
import { startTime } from './start-time.js';

/** A process that is asked to end may take this long. */
const STOP_TIMEOUT_MS = 15_000;
const POLL_MS = 50;

export interface ProcessSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Names of the variables in `env` that make it this process: when one changes, a running one is out of date. */
  readonly identity?: readonly string[];
  /** Over whatever else it was started with, e.g. files that it reads once. */
  readonly fingerprint?: string;
}

export interface ProcessStatus {
  readonly name: string;
  readonly pid: number;
  readonly running: boolean;
}

/** What a pid file holds. The start time tells our process from a later one that got the same number. */
interface PidRecord {
  readonly pid: number;
  readonly started: string;
  /** Over what the process was started with. */
  readonly digest: string;
}

/** Processes that outlive the command that started them, with a pid file and a log each. */
export class ProcessTable {
  readonly #pidFolder: string;
  readonly #logFolder: string;

  constructor(pidFolder: string, logFolder: string) {
    this.#pidFolder = pidFolder;
    this.#logFolder = logFolder;
  }

  logFile(name: string): string {
    return join(this.#logFolder, `${name}.log`);
  }

  /**
   * Starts a process, unless it runs already. Its output goes to the end of its log. `outdated`: it runs with other
   * settings than these.
   */
  async start(spec: ProcessSpec): Promise<'started' | 'running' | 'outdated'> {
    if ((await this.#runningPid(spec.name)) !== undefined) {
      const record = await readRecord(this.#pidFile(spec.name));
      return record?.digest === digestOf(spec) ? 'running' : 'outdated';
    }
    await Promise.all([
      mkdir(this.#pidFolder, { recursive: true }),
      mkdir(this.#logFolder, { recursive: true }),
    ]);
    await using log = await open(this.logFile(spec.name), 'a');
    const child = spawn(spec.command, spec.args, {
      cwd: spec.cwd,
      env: spec.env,
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    });
    const pid = await new Promise<number>((resolve, reject) => {
      child.once('error', (cause) =>
        reject(new RunnerError('PROCESS_EXITED', `${spec.name} did not start: ${cause.message}`, { cause })),
      );
      child.once('spawn', () => resolve(child.pid ?? 0));
    });
    child.unref();
    const started = (await startTime(pid)) ?? '';
    const record: PidRecord = { pid, started, digest: digestOf(spec) };
    await writeFile(this.#pidFile(spec.name), JSON.stringify(record));
    return 'started';
  }

  /** Ends a process: asks first, then insists. */
  async stop(name: string): Promise<'stopped' | 'absent'> {
    const pid = await this.#runningPid(name);
    if (pid !== undefined) {
      process.kill(pid, 'SIGTERM');
      if (!(await this.#endsWithin(name, STOP_TIMEOUT_MS))) {
        process.kill(pid, 'SIGKILL');
        await this.#endsWithin(name, STOP_TIMEOUT_MS);
      }
    }
    await rm(this.#pidFile(name), { force: true });
    return pid === undefined ? 'absent' : 'stopped';
  }

  /** Sends a signal to a process if it runs. */
  async signal(name: string, signal: NodeJS.Signals): Promise<boolean> {
    const pid = await this.#runningPid(name);
    if (pid === undefined) return false;
    process.kill(pid, signal);
    return true;
  }

  /** Every process that was started and not stopped, whether it still runs or not. */
  async list(): Promise<ProcessStatus[]> {
    const files = await readdir(this.#pidFolder).catch(() => []);
    const records = await Promise.all(
      files.sort().map(async (file) => ({
        name: file.replace(/\.json$/, ''),
        record: await readRecord(join(this.#pidFolder, file)),
      })),
    );
    const known = records.flatMap(({ name, record }) => (record ? [{ name, record }] : []));
    return Promise.all(
      known.map(async ({ name, record }) => ({
        name,
        pid: record.pid,
        running: (await startTime(record.pid)) === record.started,
      })),
    );
  }

  /** The last lines of a process's log. */
  async tail(name: string, lines: number): Promise<string[]> {
    const path = this.logFile(name);
    if (!(await stat(path).catch(() => undefined))) return [];
    const text = await readFile(path, 'utf8');
    return text.trimEnd().split('\n').slice(-lines);
  }

  async #runningPid(name: string): Promise<number | undefined> {
    const record = await readRecord(this.#pidFile(name));
    if (!record) return undefined;
    return (await startTime(record.pid)) === record.started ? record.pid : undefined;
  }

  async #endsWithin(name: string, timeoutMs: number): Promise<boolean> {
    const deadline = Date.now() + timeoutMs;
    while ((await this.#runningPid(name)) !== undefined) {
      if (Date.now() > deadline) return false;
      await delay(POLL_MS);
    }
    return true;
  }

  #pidFile(name: string): string {
    return join(this.#pidFolder, `${name}.json`);
  }
}

function digestOf({ command, args, env, identity = [], fingerprint = '' }: ProcessSpec): string {
  const variables = identity.map((name) => [name, env[name] ?? '']);
  return createHash('sha256')
    .update(JSON.stringify([command, args, variables, fingerprint]))
    .digest('hex');
}

async function readRecord(path: string): Promise<PidRecord | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  return text ? (JSON.parse(text) as PidRecord) : undefined;
}
