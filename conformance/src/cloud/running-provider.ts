import { randomBytes } from 'node:crypto';
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
import { newToken, tokenEntry } from '@careledger/supervisor';
import { TestClock } from './test-clock.js';

const READY_TIMEOUT_MS = 20_000;
const READY_INTERVAL_MS = 50;

/** PEM files of an identity. */
export interface IdentityFiles {
  readonly certificateFile: string;
  readonly privateKeyFile: string;
}

export interface ProviderPlan {
  readonly name: string;
  readonly mspId: string;
  readonly port: number;
  readonly dir: string;
  readonly networkId: string;
  readonly connectionFile: string;
  readonly client: IdentityFiles;
  readonly admin: IdentityFiles;
  /** Tokens at this provider, by the organisation for which each speaks. */
  readonly tokens: Readonly<Record<string, string>>;
  /** Tokens of this provider at the others. */
  readonly providers: readonly { readonly providerId: string; readonly token: string }[];
  readonly quota?: Readonly<Record<string, number>>;
  /** The service itself, unless a test has a build of its own. */
  readonly build?: typeof buildApp;
}

/** A token for each of these organisations. */
export const newTokens = (mspIds: readonly string[]): Record<string, string> =>
  Object.fromEntries(mspIds.map((mspId) => [mspId, newToken()]));

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
    const token = this.plan.tokens[mspId];
    if (token === undefined) throw new RangeError(`${mspId} has no token at ${this.providerId}`);
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

async function configOf(plan: ProviderPlan): Promise<CloudConfig> {
  const { name, mspId, port, dir, networkId, connectionFile, client, tokens, providers, quota } = plan;
  const file = join(dir, `${name}.json`);
  const config = {
    providerId: `prv_${name}`,
    networkId,
    endpoint: `http://127.0.0.1:${port}`,
    dataDir: join(dir, name),
    keyPassphrase: randomBytes(18).toString('base64url'),
    http: { host: '127.0.0.1', port },
    ledger: { connectionFile, mspId, ...client },
    auth: {
      tokens: Object.entries(tokens).map(([caller, token]) => tokenEntry(token, 'system', { mspId: caller })),
    },
    providers,
    ...(quota && { quota }),
  };
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
