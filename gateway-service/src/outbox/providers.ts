import { backoffDelayMs, createHttpClient, type HttpClient } from '@careledger/service-kit';
import { PROVIDER_REST, STORE_TIMEOUT_MS } from './limits.js';

export interface ProviderConfig {
  readonly providerId: string;
  readonly url: string;
  readonly token: string;
}

interface Provider {
  readonly client: HttpClient;
  failures: number;
  restsUntilMs: number;
}

/** The cloud providers of this gateway, in the order of preference. One that failed rests while others work. */
export class ProviderPool {
  readonly #providers: ReadonlyMap<string, Provider>;
  readonly #clock: () => number;

  constructor(configs: readonly ProviderConfig[], clock: () => number = Date.now) {
    this.#clock = clock;
    this.#providers = new Map(
      configs.map(({ providerId, url, token }) => [
        providerId,
        {
          // The outbox tries again by itself, in its own order.
          client: createHttpClient({ baseUrl: url, token, retries: 0, timeoutMs: STORE_TIMEOUT_MS }),
          failures: 0,
          restsUntilMs: 0,
        },
      ]),
    );
  }

  /**
   * Who is to store: the first that works; while none does, the one that has rested longest, so that whichever comes back
   * first is found. Undefined without any provider.
   */
  preferred(): string | undefined {
    const ids = [...this.#providers.keys()];
    const rest = (id: string): number => this.#providers.get(id)?.restsUntilMs ?? 0;
    return ids.find((id) => this.isWorking(id)) ?? ids.sort((a, b) => rest(a) - rest(b))[0];
  }

  isWorking(providerId: string): boolean {
    const provider = this.#providers.get(providerId);
    return provider !== undefined && provider.restsUntilMs <= this.#clock();
  }

  client(providerId: string): HttpClient {
    const provider = this.#providers.get(providerId);
    if (provider === undefined)
      throw new Error(`Provider ${providerId} is not in the configuration any more`);
    return provider.client;
  }

  worked(providerId: string): void {
    const provider = this.#providers.get(providerId);
    if (provider !== undefined) Object.assign(provider, { failures: 0, restsUntilMs: 0 });
  }

  failed(providerId: string): void {
    const provider = this.#providers.get(providerId);
    if (provider === undefined || provider.restsUntilMs > this.#clock()) return;
    provider.failures += 1;
    provider.restsUntilMs = this.#clock() + backoffDelayMs(PROVIDER_REST, provider.failures);
  }

  /** Providers that rest, for health. */
  resting(): string[] {
    return [...this.#providers.keys()].filter((id) => !this.isWorking(id));
  }
}
