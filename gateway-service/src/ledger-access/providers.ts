import { ProviderPool, PROVIDER_REST } from '@careledger/delivery';
import { backoffDelayMs, createHttpClient, type HttpClient } from '@careledger/service-kit';
import { STORE_TIMEOUT_MS } from './limits.js';

export interface ProviderConfig {
  readonly providerId: string;
  readonly url: string;
  readonly token: string;
}

/** The cloud providers of this gateway. */
export type Providers = ProviderPool<HttpClient>;

/** In the order of preference. */
export function openProviders(
  configs: readonly ProviderConfig[],
  clock: () => number = Date.now,
): ProviderPool<HttpClient> {
  return new ProviderPool({
    providerIds: configs.map(({ providerId }) => providerId),
    connect: (providerId) => {
      const config = configs.find((each) => each.providerId === providerId);
      if (config === undefined)
        throw new Error(
          `Provider ${providerId} is not in the configuration any more: add it to \`providers\``,
        );
      const { url, token } = config;
      // The outbox tries again by itself, in its own order.
      return createHttpClient({ baseUrl: url, token, retries: 0, timeoutMs: STORE_TIMEOUT_MS });
    },
    restMs: (failures) => backoffDelayMs(PROVIDER_REST, failures),
    clock,
  });
}
