import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';

/** V8 lets the heap of a busy process grow long before it collects; many processes on one machine must not. */
export const SMALL_HEAP_FLAGS = ['--max-semi-space-size=2', '--max-old-space-size=512'];
/** Time that a process gets to say that it is ready. */
const READY_TIMEOUT_MS = 60_000;
/** Time that a process gets to stop by itself after SIGTERM, before SIGKILL. */
const STOP_TIMEOUT_MS = 15_000;
/** Services share most of their modules: what one has compiled, the next need not. */
export const COMPILE_CACHE_DIR = join(tmpdir(), 'careledger-compile-cache');
/** Characters of a process's standard error that an error message quotes. */
const QUOTED_CHARS = 2_000;

/** The one JSON line that every service prints on standard output when it serves. */
export interface ReadyLine {
  readonly ready: true;
  readonly service: string;
  readonly pid: number;
  readonly urls?: Readonly<Record<string, string>>;
  readonly [key: string]: unknown;
}

export interface ChildOptions {
  /** How the process is called in messages, e.g. `cloud-a`. */
  readonly name: string;
  /** A Node program with its arguments; runs on the Node that runs us. */
  readonly program: readonly [path: string, ...args: string[]];
  /** Flags of Node itself. */
  readonly nodeFlags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Standard error goes to this file, appended. */
  readonly logFile: string;
  readonly readyTimeoutMs?: number;
  /** Ctrl-C in a terminal does not reach it: whoever started it decides when it stops. */
  readonly detached?: boolean;
}

/** A process that said more than it should, or nothing in time. */
class SupervisorError extends Error {
  override readonly name = 'SupervisorError';
  constructor(
    readonly code: 'CHILD_EXITED' | 'CHILD_NOT_READY' | 'CHILD_NOT_RUNNING',
    message: string,
  ) {
    super(message);
  }
}

/** What still runs when this process exits, e.g. on a signal that it handles, ends with it. */
const running = new Set<ChildProcess>();
const endThem = (): void => {
  for (const child of running) child.kill('SIGTERM');
};

function endWithUs(child: ChildProcess): void {
  if (running.size === 0) process.on('exit', endThem);
  running.add(child);
  child.once('close', () => {
    running.delete(child);
    if (running.size === 0) process.off('exit', endThem);
  });
}

/** A supervised process: started until ready, stopped cleanly or killed, and started again with the same options. */
export class Child implements AsyncDisposable {
  #process: ChildProcess | undefined;
  #exited: Promise<number | null> = Promise.resolve(null);
  #ready: ReadyLine | undefined;
  #quote = '';

  constructor(readonly options: ChildOptions) {}

  get name(): string {
    return this.options.name;
  }

  /** What the process said when it was ready. */
  get ready(): ReadyLine {
    if (this.#ready === undefined)
      throw new SupervisorError('CHILD_NOT_RUNNING', `${this.name} is not running.`);
    return this.#ready;
  }

  get running(): boolean {
    return (
      this.#process !== undefined && this.#process.exitCode === null && this.#process.signalCode === null
    );
  }

  get pid(): number | undefined {
    return this.running ? this.#process?.pid : undefined;
  }

  /** Starts the process and waits for its ready line. */
  async start(): Promise<ReadyLine> {
    const { program, nodeFlags = [], env, logFile, detached = false } = this.options;
    const { readyTimeoutMs = READY_TIMEOUT_MS } = this.options;
    mkdirSync(dirname(logFile), { recursive: true });
    const log = createWriteStream(logFile, { flags: 'a' });
    const child = spawn(process.execPath, [...nodeFlags, ...program], {
      env: { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE_DIR, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached,
    });
    this.#process = child;
    endWithUs(child);
    this.#quote = '';
    child.stderr.on('data', (chunk: Buffer) => {
      this.#quote = (this.#quote + chunk.toString('utf8')).slice(-QUOTED_CHARS);
      log.write(chunk);
    });
    this.#exited = new Promise((resolve) => {
      // Its last words are in its log when it counts as gone.
      child.once('close', (code) => log.end(() => resolve(code)));
    });
    this.#ready = await this.#firstLine(child, readyTimeoutMs);
    return this.#ready;
  }

  async #firstLine(child: ChildProcess, timeoutMs: number): Promise<ReadyLine> {
    const { promise, resolve, reject } = Promise.withResolvers<ReadyLine>();
    const fail = (code: 'CHILD_EXITED' | 'CHILD_NOT_READY', what: string) =>
      reject(
        new SupervisorError(
          code,
          `${this.name} ${what}. Its log is ${this.options.logFile}; its last words:\n${this.#quote}`,
        ),
      );
    const timer = setTimeout(() => {
      fail('CHILD_NOT_READY', `was not ready within ${timeoutMs} ms`);
      child.kill('SIGKILL');
    }, timeoutMs);
    void this.#exited.then((code) =>
      fail('CHILD_EXITED', `exited with ${code ?? 'a signal'} before it was ready`),
    );
    if (child.stdout === null)
      throw new SupervisorError('CHILD_NOT_RUNNING', `${this.name} has no standard output.`);
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (!line.startsWith('{')) return;
      const parsed = JSON.parse(line) as { ready?: boolean };
      if (parsed.ready === true) resolve(parsed as ReadyLine);
    });
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Asks the process to stop and waits for it; kills it when it does not. The exit code, null for a signal. */
  async stop(): Promise<number | null> {
    if (!this.running) return this.#exited;
    this.#process?.kill('SIGTERM');
    const timer = setTimeout(() => this.#process?.kill('SIGKILL'), STOP_TIMEOUT_MS);
    try {
      return await this.#exited;
    } finally {
      clearTimeout(timer);
      this.#ready = undefined;
    }
  }

  /** kill -9, as a power cut would, and waits until the process is gone. */
  async kill(): Promise<void> {
    this.#process?.kill('SIGKILL');
    await this.#exited;
    this.#ready = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
