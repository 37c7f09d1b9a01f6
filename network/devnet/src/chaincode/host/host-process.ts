import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { DevnetError } from '../../errors.js';
import {
  CHAINCODE_RECONNECT_MAX_MS,
  CHAINCODE_RECONNECT_MIN_MS,
  CHAINCODE_START_TIMEOUT_MS,
} from '../../limits.js';
import type { Log } from '../../log.js';
import type { HostReport, HostedModule } from './protocol.js';

const HOST_MAIN = fileURLToPath(new URL('./main.js', import.meta.url));
/** Without these V8 lets a busy process grow to three times the memory it needs. */
const LEAN_HEAP = ['--max-semi-space-size=2', '--max-old-space-size=512'];
/** How long the host may take to end before it is killed. */
const STOP_TIMEOUT_MS = 2_000;

/** The process of the `module:` chaincodes. It is started again, on the same ports, if it ends by itself. */
export class ChaincodeHost {
  #child: ChildProcess | undefined;
  #closed = false;
  #pauseMs = CHAINCODE_RECONNECT_MIN_MS;
  #restart: NodeJS.Timeout | undefined;

  private constructor(
    private modules: readonly HostedModule[],
    private readonly log: Log,
  ) {}

  /**
   * Starts the process, and at once: loading a shim takes longer than anything else at start-up. The addresses
   * are there when {@link addresses} resolves.
   */
  static start(
    paths: readonly string[],
    log: Log,
  ): { host: ChaincodeHost; addresses: Promise<Map<string, string>> } {
    const host = new ChaincodeHost(
      paths.map((path) => ({ path, packageId: `module:${path}`, port: 0 })),
      log,
    );
    return { host, addresses: host.#launch() };
  }

  /** Process id, while it runs. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#restart);
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await ended;
    clearTimeout(timer);
  }

  async #launch(): Promise<Map<string, string>> {
    const child = spawn(process.execPath, [...LEAN_HEAP, HOST_MAIN, JSON.stringify(this.modules)], {
      // Standard output belongs to the devnet's ready line, so a chaincode's output goes to standard error.
      stdio: ['ignore', 2, 2, 'ipc'],
      env: {
        CORE_CHAINCODE_LOGGING_LEVEL: 'CRITICAL',
        CORE_CHAINCODE_LOGGING_SHIM: 'CRITICAL',
        ...process.env,
      },
    });
    this.#child = child;
    const report = await firstReport(child);
    if (report.kind === 'failed') {
      throw new DevnetError(
        'CHAINCODE_MODULE_FAILED',
        `chaincode module ${report.path} failed: ${report.message}`,
      );
    }
    this.modules = this.modules.map((each, index) => ({ ...each, port: report.ports[index] ?? each.port }));
    this.#pauseMs = CHAINCODE_RECONNECT_MIN_MS;
    child.once('exit', (code, signal) => this.#exited(code, signal));
    return new Map(this.modules.map(({ path, port }) => [path, `127.0.0.1:${port}`]));
  }

  #exited(code: number | null, signal: NodeJS.Signals | null): void {
    if (this.#closed) return;
    this.log.error({ code, signal }, 'the chaincode process has ended: starting it again');
    this.#restart = setTimeout(() => {
      this.#launch().catch((error: unknown) => {
        this.log.error({ err: error }, 'the chaincode process cannot be started');
        this.#exited(null, null);
      });
    }, this.#pauseMs);
    this.#pauseMs = Math.min(this.#pauseMs * 2, CHAINCODE_RECONNECT_MAX_MS);
  }
}

async function firstReport(child: ChildProcess): Promise<HostReport> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      const waited = `${CHAINCODE_START_TIMEOUT_MS} ms`;
      reject(
        new DevnetError('CHAINCODE_MODULE_FAILED', `the chaincode modules did not start within ${waited}`),
      );
    }, CHAINCODE_START_TIMEOUT_MS);
    const exited = (code: number | null): void => {
      clearTimeout(timer);
      reject(new DevnetError('CHAINCODE_MODULE_FAILED', `the chaincode process ended with code ${code}`));
    };
    child.once('exit', exited);
    child.once('message', (message) => {
      clearTimeout(timer);
      child.off('exit', exited);
      resolve(message as HostReport);
    });
  });
}
