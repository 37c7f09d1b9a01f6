import type { IssuerConfig } from '../src/config/issuer-config.js';
import type { HttpConfig, TokenConfig } from '../src/config/service-config.js';
import { buildService, type BuildServiceOptions, type ServiceApp } from '../src/http/service.js';
import { createLogger } from '../src/logging.js';

/** On the loopback interface, at a free port, with small bodies. */
export const KIT_HTTP: HttpConfig = { host: '127.0.0.1', port: 0, bodyLimitBytes: 1024, metricsOpen: false };

type OfItsOwn = Pick<
  BuildServiceOptions,
  'problems' | 'logger' | 'requests' | 'findToken' | 'mspId' | 'bodiesMaxBytes'
>;

/** What a test's service has of its own; nothing, unless said. */
export interface KitOptions extends Partial<OfItsOwn> {
  readonly http?: Partial<HttpConfig>;
  readonly tokens?: readonly TokenConfig[];
  readonly issuers?: readonly IssuerConfig[];
}

/** A service of the kit alone: silent, without routes. */
export const buildKit = ({
  http = {},
  tokens = [],
  issuers = [],
  ...own
}: KitOptions = {}): Promise<ServiceApp> =>
  buildService({
    name: 'kit',
    logger: createLogger('kit', { level: 'silent' }),
    config: { http: { ...KIT_HTTP, ...http }, auth: { tokens: [...tokens], issuers: [...issuers] } },
    problems: {},
    openapi: { title: 'Kit', version: '1.0.0' },
    ...own,
  });

/** The services of a test, which are closed after it. */
export class KitServices {
  readonly #apps: ServiceApp[] = [];

  async open(options?: KitOptions): Promise<ServiceApp> {
    const app = await buildKit(options);
    this.#apps.push(app);
    return app;
  }

  async close(): Promise<void> {
    await Promise.all(this.#apps.splice(0).map((app) => app.close()));
  }
}

/** Has it listen; the URL of its root. */
export const urlOf = (app: ServiceApp): Promise<string> => app.listen({ host: KIT_HTTP.host, port: 0 });
