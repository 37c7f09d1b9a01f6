import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { DevnetError } from '../../errors.js';
import { CHAINCODE_START_TIMEOUT_MS } from '../../limits.js';
import type { Log } from '../../log.js';
import type { ChaincodeServer } from '../server.js';
import type { HostReport, HostedModule } from './protocol.js';

const HOST_MAIN = fileURLToPath(new URL('./main.js', import.meta.url));
/** Without these V8 lets a busy process grow to three times the memory it needs. */
const LEAN_HEAP = ['--max-semi-space-size=2', '--max-old-space-size=512'];
/** How long the process may take to end before it is killed. */
const STOP_TIMEOUT_MS = 2_000;

type Addresses = ReadonlyMap<string, string>;

/**
 * The process of one `module:` chaincode: one for each package, because generated protobuf code keeps its classes in a
 * global, where two packages' shims replace each other's. It starts at once, since loading a shim takes longer than
 * anything else at start-up, and if it ends by itself, it starts again when a proposal asks for it.
 */
export class ModuleProcess {
  /** The outcome of its first start; the same as {@link started} unless it has ended since. */
  readonly firstStart: Promise<unknown>;
  #child: ChildProcess | undefined;
  #addresses: Promise<Addresses> | undefined;
  #closed = false;
  readonly #mspIds: readonly string[];
  readonly #log: Log;

  constructor(
    readonly path: string,
    mspIds: readonly string[],
    log: Log,
  ) {
    this.#mspIds = mspIds;
    this.#log = log;
    this.firstStart = this.started();
    // Awaited later; until then a failure must not count as unhandled.
    this.firstStart.catch(() => undefined);
  }

  /** Process id, while it runs. */
  get pid(): number | undefined {
    return this.#running?.pid;
  }

  /** The server of an organisation. */
  serverOf(mspId: string): ChaincodeServer {
    return {
      name: this.#packageId,
      waitMs: CHAINCODE_START_TIMEOUT_MS,
      address: async () => {
        const address = (await this.started()).get(mspId);
        if (address === undefined) throw this.#failure(`${mspId} does not run it`);
        return address;
      },
    };
  }

  /**
   * Resolves with the address of each organisation's server once they listen; starts the process unless it runs.
   * @throws DevnetError CHAINCODE_MODULE_FAILED, CLOSED
   */
  started(): Promise<Addresses> {
    if (this.#closed) return Promise.reject(new DevnetError('CLOSED', 'the devnet is stopping'));
    this.#addresses ??= this.#launch();
    return this.#addresses;
  }

  async close(): Promise<void> {
    this.#closed = true;
    const child = this.#running;
    if (!child) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await ended;
    clearTimeout(timer);
  }

  get #running(): ChildProcess | undefined {
    const child = this.#child;
    return child?.exitCode === null && child.signalCode === null ? child : undefined;
  }

  get #packageId(): string {
    return `module:${this.path}`;
  }

  async #launch(): Promise<Addresses> {
    const module: HostedModule = { path: this.path, packageId: this.#packageId, mspIds: this.#mspIds };
    const child = spawn(process.execPath, [...LEAN_HEAP, HOST_MAIN, JSON.stringify(module)], {
      // Standard output belongs to the devnet's ready line, so a chaincode's output goes to standard error.
      stdio: ['ignore', 2, 2, 'ipc'],
      env: {
        CORE_CHAINCODE_LOGGING_LEVEL: 'CRITICAL',
        CORE_CHAINCODE_LOGGING_SHIM: 'CRITICAL',
        ...process.env,
      },
    });
    this.#child = child;
    child.once('exit', (code, signal) => {
      this.#addresses = undefined;
      if (!this.#closed) {
        this.#log.error({ path: this.path, code, signal }, 'the process of a chaincode has ended');
      }
    });
    const report = await this.#firstReport(child);
    if (report.kind === 'failed') throw this.#failure(report.message);
    return new Map(this.#mspIds.map((mspId, index) => [mspId, `127.0.0.1:${report.ports[index] ?? 0}`]));
  }

  /** What the process reports; one that fails to load ends after its report. */
  async #firstReport(child: ChildProcess): Promise<HostReport> {
    const { promise, resolve, reject } = Promise.withResolvers<HostReport>();
    const exited = (code: number | null): void =>
      reject(this.#failure(`its process ended with code ${code}`));
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(this.#failure(`it did not start within ${CHAINCODE_START_TIMEOUT_MS} ms`));
    }, CHAINCODE_START_TIMEOUT_MS);
    child.once('exit', exited);
    child.once('message', (message) => resolve(message as HostReport));
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      child.off('exit', exited);
    }
  }

  #failure(reason: string): DevnetError {
    return new DevnetError('CHAINCODE_MODULE_FAILED', `chaincode module ${this.path} failed: ${reason}`);
  }
}
