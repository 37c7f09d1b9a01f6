import type { ServiceApp } from '@careledger/service-kit';
import type Provider from 'oidc-provider';
import type { IdentityConfig } from '../config.js';
import { withClientOfRefreshToken } from './public-refresh.js';

/** Paths of the provider, with the methods that each has. */
const ROUTES: readonly (readonly [url: string, ...methods: ('GET' | 'POST' | 'OPTIONS')[]])[] = [
  ['/.well-known/openid-configuration', 'GET', 'OPTIONS'],
  ['/jwks', 'GET', 'OPTIONS'],
  ['/auth', 'GET'],
  ['/auth/:uid', 'GET'],
  // Where another person signs in than the one who is signed in here, the former session ends by a form of the provider's own.
  ['/session/end/confirm', 'POST'],
  ['/token', 'POST', 'OPTIONS'],
  ['/token/introspection', 'POST', 'OPTIONS'],
  ['/token/revocation', 'POST', 'OPTIONS'],
  ['/me', 'GET', 'POST', 'OPTIONS'],
];

/**
 * Serves the provider's routes beside those of the app. Requests reach it before anything reads their body; limits hold
 * as for every other route.
 * @param config with the issuer by which it is reached, whatever a request says
 */
export function mountProvider(
  app: ServiceApp,
  provider: Provider,
  { issuer, audiences }: Pick<IdentityConfig, 'issuer' | 'audiences'>,
): void {
  const callback = provider.callback();
  const { host, protocol } = new URL(issuer);
  for (const [url, ...methods] of ROUTES)
    app.route({
      url,
      method: methods,
      exposeHeadRoute: false,
      config: { public: true },
      schema: { hide: true },
      onRequest: async (request, reply) => {
        const { raw } = request;
        raw.headers['x-forwarded-proto'] = protocol.replace(':', '');
        raw.headers['x-forwarded-host'] = host;
        raw.headers['x-forwarded-for'] = request.ip;
        if (url === '/auth') raw.url = asOpenId(raw.url ?? '', audiences);
        reply.hijack();
        await callback(url === '/token' ? await withClientOfRefreshToken(raw, provider) : raw, reply.raw);
      },
      // Answered above.
      handler: () => undefined,
    });
}

/**
 * What SMART App Launch 2.2 says in words of its own: `aud` is the resource (RFC 8707), by the base of FHIR that the app reads
 * from, e.g. `https://hospital.example/fhir` of the service `https://hospital.example`; and whoever asks for `offline_access` is
 * asked for consent (OpenID Connect Core 1.0, section 11).
 */
function asOpenId(url: string, audiences: readonly string[]): string {
  const { pathname, searchParams: query } = new URL(url, 'http://provider.invalid');
  const audience = query.get('aud');
  if (audience !== null && !query.has('resource')) query.set('resource', serviceOf(audience, audiences));
  if (query.get('scope')?.split(' ').includes('offline_access') === true && !query.has('prompt'))
    query.set('prompt', 'consent');
  return `${pathname}?${query.toString()}`;
}

/** The service below whose address it is; what is below none is refused for what it is. */
const serviceOf = (url: string, audiences: readonly string[]): string =>
  audiences.find((audience) => `${url}/`.startsWith(`${audience.replace(/\/$/, '')}/`)) ?? url;
