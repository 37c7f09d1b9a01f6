import { HttpClientError, createHttpClient, type HttpClient, type Logger } from '@careledger/service-kit';
import type { ProviderAccess } from '../config.js';
import type { Directory } from '../policy/directory.js';
import { problem } from '../problem.js';

export interface ProviderPoolOptions {
  /** In the order in which they are tried. */
  readonly configured: readonly ProviderAccess[];
  readonly directory: Pick<Directory, 'provider'>;
  readonly logger: Pick<Logger, 'warn'>;
}

export interface ReachableProvider {
  readonly providerId: string;
  readonly client: HttpClient;
}

/** The cloud providers at which this authority has a token, and how to go on to the next one. */
export class ProviderPool {
  readonly #options: ProviderPoolOptions;
  readonly #clients = new Map<string, HttpClient>();

  constructor(options: ProviderPoolOptions) {
    this.#options = options;
  }

  /** Ids in the order of preference, beginning with `first` where it is one of them. */
  order(first?: string): string[] {
    const ids = this.#options.configured.map(({ providerId }) => providerId);
    return first !== undefined && ids.includes(first) ? [first, ...ids.filter((id) => id !== first)] : ids;
  }

  /**
   * Tries providers one after the other. `run` throws an HttpClientError to have the next one tried where
   * `mayGoOn` says so; every other error ends it.
   * @throws the last provider's error
   */
  async firstOf<T>(
    ids: readonly string[],
    run: (provider: ReachableProvider) => Promise<T>,
    mayGoOn: (error: HttpClientError) => boolean = isUnavailable,
  ): Promise<T> {
    let last: HttpClientError | undefined;
    for (const providerId of ids) {
      try {
        return await run({ providerId, client: await this.client(providerId) });
      } catch (error) {
        if (!(error instanceof HttpClientError) || !mayGoOn(error)) throw error;
        this.#options.logger.warn({ err: error, providerId }, 'provider failed; trying the next one');
        last = error;
        // A registered address may have changed; a configured one stands.
        if (this.#accessOf(providerId)?.url === undefined) this.#clients.delete(providerId);
      }
    }
    throw last ?? problem('PROVIDER_UNREACHABLE', 'No provider is configured');
  }

  /** The client of a provider; one whose address is not configured answers where the ledger says. */
  async client(providerId: string): Promise<HttpClient> {
    const known = this.#clients.get(providerId);
    if (known !== undefined) return known;
    const access = this.#accessOf(providerId);
    if (access === undefined)
      throw problem(
        'PROVIDER_UNREACHABLE',
        `${providerId} is not configured: give its token under providers`,
      );
    const baseUrl = access.url ?? (await this.#options.directory.provider(providerId)).endpoint;
    // No retries here: the next provider, or the outbox, is the retry.
    const client = createHttpClient({ baseUrl, token: access.token, retries: 0 });
    this.#clients.set(providerId, client);
    return client;
  }

  #accessOf(providerId: string): ProviderAccess | undefined {
    return this.#options.configured.find((provider) => provider.providerId === providerId);
  }
}

/** Out of reach, overloaded or broken: nothing is said about the request itself. */
export function isUnavailable(error: HttpClientError): boolean {
  if (error.code === 'ABORTED') return false;
  return error.code !== 'REFUSED' || error.transient || (error.status ?? 0) >= 500;
}
