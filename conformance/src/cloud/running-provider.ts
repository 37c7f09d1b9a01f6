import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { CloudConfig, buildApp, register } from '@careledger/cloud-service';
import {
  createHttpClient,
  createLogger,
  loadConfig,
  type HttpClient,
  type ServiceApp,
} from '@careledger/service-kit';
import { systemToken, type IdentityFiles, type LocalService } from '@careledger/supervisor';
import { TestClock } from './test-clock.js';

const READY_TIMEOUT_MS = 20_000;
const READY_INTERVAL_MS = 50;

export interface ProviderPlan {
  readonly service: LocalService;
  readonly config: Readonly<Record<string, unknown>>;
  /** Folder of the configuration file. */
  readonly dir: string;
  readonly admin: IdentityFiles;
  /** The service itself, unless a test has a build of its own. */
  readonly build?: typeof buildApp;
}

/** The real service in this process, at a port of its own, so that a test can move its clock. */
export class RunningProvider implements AsyncDisposable {
  /** Of the present run. */
  clock = new TestClock();

  private constructor(
    readonly plan: ProviderPlan,
    private readonly config: CloudConfig,
    private app: ServiceApp,
  ) {}

  static async start(plan: ProviderPlan): Promise<RunningProvider> {
    const config = await configOf(plan);
    await register(config, plan.admin);
    const clock = new TestClock();
    const provider = new RunningProvider(plan, config, await listen(config, clock, plan.build));
    provider.clock = clock;
    await provider.#ready();
    return provider;
  }

  get providerId(): string {
    return this.config.providerId;
  }

  get dataDir(): string {
    return this.config.dataDir;
  }

  /** A client with the token that speaks for this organisation; it does not try again by itself. */
  as(mspId: string): HttpClient {
    const token = systemToken(this.plan.service.tokens, mspId);
    return createHttpClient({ baseUrl: this.config.endpoint, token, retries: 0, timeoutMs: 60_000 });
  }

  /** Lets time pass for this provider alone, until it has looked at its peer again. */
  async pass(ms: number): Promise<void> {
    this.clock.advance(ms);
    await this.#ready();
  }

  async stop(): Promise<void> {
    await this.app.close();
  }

  /** The same store, another process's memory and clock. */
  async start(): Promise<void> {
    this.clock = new TestClock();
    this.app = await listen(this.config, this.clock, this.plan.build);
    await this.#ready();
  }

  async #ready(): Promise<void> {
    const deadline = AbortSignal.timeout(READY_TIMEOUT_MS);
    while (!(await fetch(`${this.config.endpoint}/readyz`, { signal: deadline })).ok)
      await setTimeout(READY_INTERVAL_MS, undefined, { signal: deadline });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

async function configOf({ service, config, dir }: ProviderPlan): Promise<CloudConfig> {
  const file = join(dir, `${service.id}.json`);
  await writeFile(file, JSON.stringify(config));
  return loadConfig({ schema: CloudConfig, file, env: {} }).config;
}

async function listen(config: CloudConfig, clock: TestClock, build = buildApp): Promise<ServiceApp> {
  const logger = createLogger(config.providerId, { level: 'silent' });
  const app = await build(config, logger, { clock: clock.now });
  const { host, port } = config.http;
  await app.listen({ host, port });
  return app;
}
