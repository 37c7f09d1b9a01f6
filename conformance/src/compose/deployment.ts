import { execFileSync, execFile } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Type, type Static } from 'typebox';
import { Value } from 'typebox/value';

const run = promisify(execFile);
const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));
const PROGRAM = ['node', 'network/runners/bin/careledger-compose.js'];
const POLL_INTERVAL_MS = 250;
const HEALTHY_TIMEOUT_MS = 120_000;

const Credentials = Type.Array(
  Type.Object({ service: Type.String(), tokens: Type.Record(Type.String(), Type.String()) }),
);
const Ledgers = Type.Array(
  Type.Object({ peer: Type.String(), channel: Type.String(), height: Type.Integer(), head: Type.String() }),
);

/** Height and head of a channel at a peer. */
export type LedgerHead = Static<typeof Ledgers>[number];

/** What `docker compose up` of this project has brought up on this machine. */
export class Deployment {
  /** Whether one is up; there is none without a Docker engine. */
  static isUp(): boolean {
    try {
      const args = ['compose', 'ps', '--status', 'running', '--quiet', 'gateway'];
      const ids = execFileSync('docker', args, { cwd: PROJECT, stdio: ['ignore', 'pipe', 'ignore'] });
      return ids.toString().trim() !== '';
    } catch {
      return false;
    }
  }

  /** The bearer token of somebody at a service. */
  async token(service: string, holder: string): Promise<string> {
    const known = Value.Parse(Credentials, await this.#json('credentials', service));
    const token = known[0]?.tokens[holder];
    if (token === undefined) throw new Error(`${holder} has no token at ${service}.`);
    return token;
  }

  /** PEM of the authorities that clients have to trust. */
  async trust(): Promise<string> {
    return Value.Parse(Type.Object({ pem: Type.String() }), await this.#json('trust')).pem;
  }

  /** A certificate for a device, from its request. */
  async certify(request: string): Promise<string> {
    const called = this.#call('certify-device');
    called.child.stdin?.end(request);
    const { certificate } = Value.Parse(
      Type.Object({ certificate: Type.String() }),
      JSON.parse((await called).stdout),
    );
    return certificate;
  }

  async ledgers(): Promise<LedgerHead[]> {
    return Value.Parse(Ledgers, await this.#json('status'));
  }

  /** kill -9 from the host, as a crash would be: the restart policy has to bring it back. Needs root. */
  async kill(service: string): Promise<void> {
    const pid = Number(await this.#inspect(service, '{{.State.Pid}}'));
    process.kill(pid, 'SIGKILL');
  }

  /** Waits until a container is healthy and has been started `restarts` times by its restart policy. */
  async healthy(service: string, restarts: number): Promise<void> {
    const deadlineMs = Date.now() + HEALTHY_TIMEOUT_MS;
    for (;;) {
      const state = await this.#inspect(service, '{{.RestartCount}} {{.State.Health.Status}}');
      const [count, health] = state.split(' ');
      if (Number(count) >= restarts && health === 'healthy') return;
      if (Date.now() > deadlineMs) throw new Error(`${service} is not healthy again: ${state}`);
      await delay(POLL_INTERVAL_MS);
    }
  }

  async restarts(service: string): Promise<number> {
    return Number(await this.#inspect(service, '{{.RestartCount}}'));
  }

  async #inspect(service: string, format: string): Promise<string> {
    const { stdout: id } = await run('docker', ['compose', 'ps', '--all', '--quiet', service], {
      cwd: PROJECT,
    });
    const { stdout } = await run('docker', ['inspect', '--format', format, id.trim()]);
    return stdout.trim();
  }

  async #json(...args: readonly string[]): Promise<unknown> {
    return JSON.parse((await this.#call(...args)).stdout);
  }

  #call(...args: readonly string[]) {
    const container = ['compose', 'run', '--rm', '--no-deps', '-T', 'network-setup'];
    return run('docker', [...container, ...PROGRAM, '--json', ...args], { cwd: PROJECT });
  }
}
