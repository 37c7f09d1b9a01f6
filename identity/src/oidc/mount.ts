import type { ServiceApp } from '@careledger/service-kit';
import type Provider from 'oidc-provider';

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
 * @param issuer by which it is reached, whatever a request says
 */
export function mountProvider(app: ServiceApp, provider: Provider, issuer: string): void {
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
        if (url === '/auth') raw.url = asOpenId(raw.url ?? '');
        reply.hijack();
        await callback(raw, reply.raw);
      },
      // Answered above.
      handler: () => undefined,
    });
}

/**
 * What SMART App Launch 2.2 says in words of its own: `aud` is the resource (RFC 8707), and whoever asks for
 * `offline_access` is asked for consent (OpenID Connect Core 1.0, section 11).
 */
function asOpenId(url: string): string {
  const { pathname, searchParams: query } = new URL(url, 'http://provider.invalid');
  const audience = query.get('aud');
  if (audience !== null && !query.has('resource')) query.set('resource', audience);
  if (query.get('scope')?.split(' ').includes('offline_access') === true && !query.has('prompt'))
    query.set('prompt', 'consent');
  return `${pathname}?${query.toString()}`;
}
