import { execFileSync, execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ApiClient } from '@careledger/examples';
import { Type, type Static } from 'typebox';
import { Value } from 'typebox/value';

const run = promisify(execFile);
const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));
const PROGRAM = ['node', 'network/runners/bin/careledger-compose.js'];
const POLL_INTERVAL_MS = 250;
const HEALTHY_TIMEOUT_MS = 120_000;
/** Ports on this machine, as `.env` has them unless the environment says otherwise. */
const DOORS: Readonly<Record<string, string>> = {
  gateway: process.env['GATEWAY_PORT'] ?? '8440',
  'api-hospital': process.env['API_HOSPITAL_PORT'] ?? '8441',
};

const Credentials = Type.Array(
  Type.Object({ service: Type.String(), tokens: Type.Record(Type.String(), Type.String()) }),
);
const Ledgers = Type.Array(
  Type.Object({ peer: Type.String(), channel: Type.String(), height: Type.Integer(), head: Type.String() }),
);

/** Height and head of a channel at a peer. */
export type LedgerHead = Static<typeof Ledgers>[number];

/** It kills containers, so nobody's deployment is tested by chance: `make test-deployment` says that it may. */
export function isDeploymentMeant(): boolean {
  const isMeant = process.env['CARELEDGER_TEST_DEPLOYMENT'] === 'yes' && Deployment.isUp();
  if (!isMeant)
    process.stderr.write('SKIPPED: the deployment in containers is tested by "make test-deployment" alone\n');
  return isMeant;
}

/** What `docker compose up` of this project has brought up on this machine, by the commands that operators have. */
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

  /** @param name of another deployment of the same files on this machine: volumes and containers of its own */
  constructor(private readonly name?: string) {}

  /** Runs a target of the Makefile on this deployment; returns what it prints. */
  async make(target: string, ...variables: readonly string[]): Promise<string> {
    const args = [target, ...variables, `COMPOSE=docker ${this.#compose().join(' ')}`, 'ON=compose'];
    const { stdout } = await run('make', ['--no-print-directory', '-C', PROJECT, ...args]);
    return stdout.trim();
  }

  /** Ends all containers, or one; they can be started again. */
  async stop(...services: readonly string[]): Promise<void> {
    await run('docker', this.#compose('stop', ...services), { cwd: PROJECT });
  }

  /** Deletes containers and volumes. */
  async destroy(): Promise<void> {
    await run('docker', this.#compose('down', '--volumes'), { cwd: PROJECT });
  }

  /** Starts what does not run, and waits until all is healthy. */
  async up(): Promise<void> {
    await this.make('up');
  }

  /** kill -9 of everything at once. */
  async killAll(): Promise<void> {
    const { stdout } = await run('docker', this.#compose('ps', '--quiet'), { cwd: PROJECT });
    await run('docker', ['kill', '--signal', 'KILL', ...stdout.trim().split('\n')]);
  }

  /** Services that have a container which runs. */
  async running(): Promise<string[]> {
    return [...(await this.containers()).keys()].toSorted();
  }

  /** IDs of the containers that run, by service. */
  async containers(): Promise<Map<string, string>> {
    const args = this.#compose('ps', '--format', '{{.Service}} {{.ID}}');
    const { stdout } = await run('docker', args, { cwd: PROJECT });
    const lines = stdout.split('\n').filter((line) => line !== '');
    return new Map(lines.map((line) => line.split(' ') as [string, string]));
  }

  /** The door of a service for one who holds a token there. */
  async door(service: string, holder: string): Promise<ApiClient> {
    const port = DOORS[service];
    if (port === undefined) throw new Error(`${service} has no port on this machine.`);
    return new ApiClient(`https://localhost:${port}`, await this.token(service, holder));
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

  /** A certificate for a device, by its private key (PEM): it makes the request as any device with openssl would. */
  async certify(keyPem: string): Promise<string> {
    const called = this.#call('certify-device');
    called.child.stdin?.end(certificateRequest(keyPem));
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
    const { stdout: id } = await run('docker', this.#compose('ps', '--all', '--quiet', service), {
      cwd: PROJECT,
    });
    const { stdout } = await run('docker', ['inspect', '--format', format, id.trim()]);
    return stdout.trim();
  }

  async #json(...args: readonly string[]): Promise<unknown> {
    return JSON.parse((await this.#call(...args)).stdout);
  }

  #call(...args: readonly string[]) {
    const container = this.#compose('run', '--rm', '--no-deps', '-T', 'network-setup');
    return run('docker', [...container, ...PROGRAM, '--json', ...args], { cwd: PROJECT });
  }

  #compose(...args: readonly string[]): string[] {
    return ['compose', ...(this.name === undefined ? [] : ['--project-name', this.name]), ...args];
  }
}

export function certificateRequest(keyPem: string): string {
  const dir = mkdtempSync(join(tmpdir(), 'careledger-device-'));
  try {
    writeFileSync(join(dir, 'key.pem'), keyPem, { mode: 0o600 });
    const args = ['req', '-new', '-key', join(dir, 'key.pem'), '-subj', '/CN=device'];
    return execFileSync('openssl', args, { encoding: 'utf8' });
  } finally {
    rmSync(dir, { recursive: true });
  }
}
