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

/** In the order of preference. @param onDate told the time that each answer of theirs bears */
export function openProviders(
  configs: readonly ProviderConfig[],
  clock: () => number = Date.now,
  onDate?: (dateMs: number) => void,
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
      const told = onDate && { onDate };
      return createHttpClient({ baseUrl: url, token, retries: 0, timeoutMs: STORE_TIMEOUT_MS, ...told });
    },
    restMs: (failures) => backoffDelayMs(PROVIDER_REST, failures),
    clock,
  });
}
