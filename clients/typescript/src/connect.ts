import { AuthorityOperations } from './generated/authority/index.js';
import { REPEATABLE as AUTHORITY_REPEATABLE } from './generated/authority/repeatable.gen.js';
import { GatewayOperations } from './generated/gateway/index.js';
import { REPEATABLE as GATEWAY_REPEATABLE } from './generated/gateway/repeatable.gen.js';
import { ProviderOperations } from './generated/provider/index.js';
import { REPEATABLE as PROVIDER_REPEATABLE } from './generated/provider/repeatable.gen.js';
import { createClient, type Client } from './generated/runtime/client/index.js';
import type { Fetch } from './in-flight.js';
import { followNotices, type FollowOptions, type Notice } from './notices.js';
import { problemError } from './problem.js';
import { IDEMPOTENCY_KEY, RETRY_DEFAULTS, retryingFetch, type RetryOptions } from './retry.js';

/** A service, and who calls it. */
export interface Connection {
  /** Address of the service, e.g. `https://hospital.example`. */
  readonly url: string;
  /** Bearer token of a role. */
  readonly token: string;
  readonly retry?: Partial<RetryOptions>;
  /** Instead of the global one, e.g. for a proxy. */
  readonly fetch?: Fetch;
}

/** A patient's gateway: for the patient's app, and for whoever operates the gateway. */
export class Gateway extends GatewayOperations {
  constructor(readonly connection: Connection) {
    super({ client: clientOf(connection, GATEWAY_REPEATABLE) });
  }
}

/** An authority: hospital, laboratory, insurer, pharmacy. */
export class Authority extends AuthorityOperations {
  constructor(readonly connection: Connection) {
    super({ client: clientOf(connection, AUTHORITY_REPEATABLE) });
  }

  /** Notices as they come, over interruptions; see {@link followNotices}. */
  followNotices(options: Omit<FollowOptions, keyof Connection> = {}): AsyncGenerator<Notice, void> {
    return followNotices({ ...options, ...this.connection });
  }
}

/** A cloud provider. */
export class Provider extends ProviderOperations {
  constructor(readonly connection: Connection) {
    super({ client: clientOf(connection, PROVIDER_REPEATABLE) });
  }
}

const settingsOf = ({ url, token, retry, fetch = globalThis.fetch }: Connection) => ({
  // Paths begin with a slash.
  baseUrl: url.replace(/\/+$/, ''),
  auth: token,
  fetch: retryingFetch(fetch, { ...RETRY_DEFAULTS, ...retry }) as typeof globalThis.fetch,
  throwOnError: true,
  responseStyle: 'data' as const,
});

/**
 * A generated client that names what it sends and throws typed problems.
 * @param repeatable operations that take an `Idempotency-Key`, as `POST /v1/records`
 */
function clientOf(connection: Connection, repeatable: ReadonlySet<string>): Client {
  const client = createClient(settingsOf(connection));
  client.interceptors.request.use((request, { url }) => {
    if (repeatable.has(`${request.method} ${url}`) && !request.headers.has(IDEMPOTENCY_KEY))
      request.headers.set(IDEMPOTENCY_KEY, newKey());
    return request;
  });
  client.interceptors.error.use((error, response, request) =>
    response === undefined || response.ok || request === undefined
      ? error
      : problemError(request, response, error),
  );
  return client;
}

/** Browsers have `randomUUID` on secure pages alone. */
const newKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  );
