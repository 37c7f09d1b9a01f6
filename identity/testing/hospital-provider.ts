import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair } from 'jose';
import Provider from 'oidc-provider';

/** Whom a hospital's provider knows: claims, with `sub`. */
export type Staff = Readonly<Record<string, unknown>> & { readonly sub: string };

/** A hospital's own OpenID provider (oidc-provider), at which one person after another sits, already signed in. */
export class HospitalProvider implements AsyncDisposable {
  readonly #server: Server;
  /** Who sits there; nobody declines. */
  person: Staff | undefined;
  /** Ends every connection that comes. */
  isAway = false;
  /** What is answered at a path instead of what the provider says there, as JSON. */
  readonly instead = new Map<string, object>();

  private constructor(server: Server) {
    this.#server = server;
  }

  static async open(): Promise<HospitalProvider> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new HospitalProvider(server);
  }

  get issuer(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Serves the one client that it has. */
  async serve(client: { clientId: string; clientSecret: string; redirectUris: string[] }): Promise<void> {
    const { privateKey } = await generateKeyPair('RS256', { extractable: true });
    const provider = new Provider(this.issuer, {
      jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig' }] },
      cookies: { keys: ['a secret of a test'] },
      clients: [
        {
          ...{ client_id: client.clientId, client_secret: client.clientSecret },
          redirect_uris: client.redirectUris,
        },
      ],
      claims: { openid: ['sub'], profile: ['name', 'employee_number', 'groups', 'department', 'profession'] },
      pkce: { required: () => true },
      features: { devInteractions: { enabled: false } },
      findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ ...this.person, sub }) }),
      interactions: { url: (_ctx, { uid }) => `/sits/${uid}` },
    });
    const serve = provider.callback();
    this.#server.on('request', (request, response) => {
      const instead = this.instead.get(request.url ?? '');
      if (this.isAway) request.socket.destroy();
      else if (instead !== undefined)
        response.setHeader('content-type', 'application/json').end(JSON.stringify(instead));
      else if (request.url?.startsWith('/sits/') === true) void this.#answer(provider, request, response);
      else void serve(request, response);
    });
  }

  async #answer(provider: Provider, ...[request, response]: Parameters<Provider['interactionDetails']>) {
    const { grantId, params, prompt } = await provider.interactionDetails(request, response);
    const { person } = this;
    if (person === undefined)
      return provider.interactionFinished(request, response, { error: 'access_denied' });
    if (prompt.name === 'login')
      return provider.interactionFinished(request, response, { login: { accountId: person.sub } });
    const grant =
      grantId === undefined
        ? new provider.Grant({ accountId: person.sub, clientId: String(params['client_id']) })
        : await provider.Grant.find(grantId);
    grant?.addOIDCScope(String(params['scope']));
    const consent = { grantId: (await grant?.save()) ?? '' };
    return provider.interactionFinished(request, response, { consent }, { mergeWithLastSubmission: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
