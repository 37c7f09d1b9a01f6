import { isUnavailable, ProviderPool, PROVIDER_REST } from '@careledger/delivery';
import {
  backoffDelayMs,
  createHttpClient,
  HttpClientError,
  type HttpClient,
  type Logger,
} from '@careledger/service-kit';
import type { ProviderAccess } from '../config.js';
import type { Registrations } from '../policy/registrations.js';
import { problem } from '../problems.js';

/** The cloud providers at which this authority has a token. */
export type Providers = ProviderPool<HttpClient>;

export interface ProvidersOptions {
  /** In the order in which they are tried. */
  readonly configured: readonly ProviderAccess[];
  readonly registrations: Pick<Registrations, 'provider'>;
  readonly clock?: () => number;
}

export interface ReachableProvider {
  readonly providerId: string;
  readonly client: HttpClient;
}

/** A provider whose address is not configured answers where the ledger says. */
export function openProviders({ configured, registrations, clock = Date.now }: ProvidersOptions): Providers {
  return new ProviderPool({
    providerIds: configured.map(({ providerId }) => providerId),
    connect: async (providerId) => {
      const access = configured.find((provider) => provider.providerId === providerId);
      if (access === undefined)
        throw problem(
          'PROVIDER_UNREACHABLE',
          `${providerId} is not configured: give its token under providers`,
        );
      const baseUrl = access.url ?? (await registrations.provider(providerId)).endpoint;
      // No retries here: the next provider, or the outbox, is the retry.
      return createHttpClient({ baseUrl, token: access.token, retries: 0 });
    },
    restMs: (failures) => backoffDelayMs(PROVIDER_REST, failures),
    clock,
  });
}

export interface FirstOfOptions {
  /** Whether the next one is tried after a failure; while they are unavailable unless told. Other errors end it. */
  readonly mayGoOn?: (error: HttpClientError) => boolean;
  readonly logger: Pick<Logger, 'warn'>;
}

/** Asks providers one after the other, those that rest last. @throws the last one's error */
export async function firstOf<T>(
  providers: Providers,
  run: (provider: ReachableProvider) => Promise<T>,
  { mayGoOn = isUnavailable, logger }: FirstOfOptions,
): Promise<T> {
  let last: HttpClientError | undefined;
  for (const providerId of providers.order()) {
    try {
      const answer = await run({ providerId, client: await providers.client(providerId) });
      providers.worked(providerId);
      return answer;
    } catch (error) {
      if (!(error instanceof HttpClientError) || !mayGoOn(error)) throw error;
      logger.warn({ err: error, providerId }, 'provider failed; trying the next one');
      last = error;
      if (isUnavailable(error)) providers.failed(providerId);
    }
  }
  throw last ?? problem('PROVIDER_UNREACHABLE', 'No provider is configured');
}
