import type { AuthorityState } from '@careledger/contracts';
import { createHttpClient, type HttpClient } from '@careledger/service-kit';
import { NOTICE_TIMEOUT_MS } from './limits.js';

/** Calls to the apis of authorities, where the ledger says that they answer. */
export class AuthorityClients {
  readonly #tokens: ReadonlyMap<string, string>;

  /** @param tokens bearer tokens at the authorities' apis, by authority */
  constructor(tokens: ReadonlyMap<string, string>) {
    this.#tokens = tokens;
  }

  /** @throws Error where it has registered no endpoint */
  of({ authorityId, endpoint }: AuthorityState): HttpClient {
    if (endpoint === undefined) throw new Error(`${authorityId} has registered no endpoint for notices`);
    const token = this.#tokens.get(authorityId);
    return createHttpClient({
      baseUrl: endpoint,
      timeoutMs: NOTICE_TIMEOUT_MS,
      retries: 0,
      ...(token !== undefined && { token }),
    });
  }
}
