import Provider, {
  errors,
  interactionPolicy,
  type Client,
  type Configuration,
  type JWK,
  type KoaContextWithOIDC,
} from 'oidc-provider';
import type { Clients } from '../clients/clients.js';
import type { IdentityConfig } from '../config.js';
import { errorPage } from '../pages/error-page.js';
import type { User, Users } from '../people/users.js';
import { SIGN_IN_SCOPES, grantable } from '../smart/granting.js';
import type { Launches } from '../smart/launches.js';
import { ArtifactStore } from '../store/artifacts.js';
import { SIGNING_ALGORITHM } from '../store/signing-keys.js';
import type { Database } from '@careledger/service-kit/sqlite';
import { ClientAdapter } from './client-adapter.js';

/** How long a sign-in is remembered at the most; each app asks for the password anew all the same. */
const SESSION_S = 28_800;
const INTERACTION_S = 600;
const CODE_S = 60;
/** SMART App Launch 2.2 asks for RS384 and ES384. */
const CLIENT_ALGORITHMS = ['RS256', 'RS384', 'PS256', 'PS384', 'ES256', 'ES384', 'EdDSA'] as const;

export interface ProviderOptions {
  readonly config: IdentityConfig;
  readonly database: Database;
  readonly users: Users;
  readonly clients: Clients;
  readonly launches: Launches;
  readonly storeKey: Uint8Array;
  readonly cookieKey: string;
  /** Private, the one that signs first. */
  readonly signingKeys: readonly JWK[];
}

/** The OpenID provider: authorization code with PKCE, refresh, client credentials; every other flow is off. */
export function newProvider(options: ProviderOptions): Provider {
  const { config, launches } = options;
  const provider = new Provider(config.issuer, configurationOf(options));
  // What this service is reached by is in its configuration, not in what a request says.
  provider.proxy = true;
  provider.use(async (ctx, next) => {
    await next();
    completeTokenAnswer(ctx as KoaContextWithOIDC, launches);
  });
  return provider;
}

function configurationOf(options: ProviderOptions): Configuration {
  const { clients, config, cookieKey, database, launches, signingKeys, storeKey, users } = options;
  return {
    adapter: (model) =>
      model === 'Client' ? new ClientAdapter(clients) : new ArtifactStore(database, model, storeKey),
    jwks: { keys: [...signingKeys] },
    cookies: { keys: [cookieKey] },
    scopes: SIGN_IN_SCOPES,
    claims: { openid: ['sub'], profile: ['name'], fhirUser: ['fhirUser'] },
    conformIdTokenClaims: false,
    clientDefaults: { id_token_signed_response_alg: SIGNING_ALGORITHM },
    pkce: { required: () => true },
    responseTypes: ['code'],
    extraParams: ['aud', 'launch'],
    enabledJWA: { clientAuthSigningAlgValues: [...CLIENT_ALGORITHMS] },
    clientBasedCORS: (_ctx, origin, client) =>
      client.redirectUris?.some((uri) => new URL(uri).origin === origin) ?? false,
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      dPoP: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: isOwnToken },
      revocation: { enabled: true, allowedPolicy: isOwnToken },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => config.audiences[0] as string,
        useGrantedResource: () => true,
        getResourceServerInfo: (ctx, audience, client) => {
          if (!config.audiences.includes(audience))
            throw new errors.InvalidTarget('aud and resource have to be a service of this provider');
          const registered = clients.find(client.clientId);
          return {
            audience,
            scope: registered === undefined ? '' : grantable(scopesAskedFor(ctx), registered).join(' '),
            accessTokenFormat: 'jwt',
            accessTokenTTL: config.accessTokenS,
            jwt: { sign: { alg: SIGNING_ALGORITHM } },
          };
        },
      },
    },
    findAccount: (_ctx, subject) => {
      const user = users.find(subject);
      return user && { accountId: subject, claims: () => ({ sub: subject, ...identityOf(user) }) };
    },
    extraTokenClaims: (_ctx, token) => {
      if (token.kind !== 'AccessToken') return {};
      const user = users.find(token.accountId);
      const patient = launches.patientOf(token.grantId);
      return user && { ...claimsOf(user), ...(patient !== undefined && { patient }) };
    },
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}`, policy: signInPolicy() },
    // Each sign-in of an app is a grant of its own, which knows its patient.
    loadExistingGrant: async (ctx) => {
      const grantId = ctx.oidc.result?.consent?.grantId;
      return grantId === undefined ? undefined : ctx.oidc.provider.Grant.find(grantId);
    },
    ttl: {
      ...{
        AccessToken: config.accessTokenS,
        ClientCredentials: config.accessTokenS,
        IdToken: config.accessTokenS,
      },
      ...{ AuthorizationCode: CODE_S, RefreshToken: config.refreshTokenS, Grant: config.refreshTokenS },
      ...{ Interaction: INTERACTION_S, Session: SESSION_S },
    },
    renderError: (ctx, { error, error_description: detail }) => {
      ctx.type = 'html';
      ctx.set('content-security-policy', "default-src 'none'");
      ctx.body = errorPage(config.organisation, error, detail);
    },
  };
}

/** Whoever sits there now signs in: workstations are shared, and the one before may have left. */
function signInPolicy(): interactionPolicy.DefaultPolicy {
  const policy = interactionPolicy.base();
  const eachTime = new interactionPolicy.Check(
    'each_sign_in',
    'Whoever is there signs in',
    ({ oidc }) => oidc.result?.login === undefined,
  );
  policy.get('login')?.checks.add(eachTime);
  return policy;
}

/** Services check access tokens themselves, by their signatures; of a refresh token its own client alone is told. */
const isOwnToken = (
  _ctx: unknown,
  client: Client,
  token: { readonly clientId?: string | undefined },
): boolean => token.clientId === client.clientId;

const identityOf = ({ name, person }: User) => ({ name, fhirUser: `Practitioner/${person}` });

/** What services are told of a person; see spec/sign-in.md. */
const claimsOf = (user: User) => ({
  ...identityOf(user),
  role: user.role,
  person: user.person,
  ...(user.profession !== undefined && { profession: user.profession }),
  ...(user.unit !== undefined && { unit: user.unit }),
});

/** In this request, and when what it brings was made. */
function scopesAskedFor({ oidc }: KoaContextWithOIDC): string[] {
  const { AuthorizationCode: code, RefreshToken: refresh } = oidc.entities;
  const { scope } = oidc.params ?? {};
  const all = [scope, code?.scope, refresh?.scope].flatMap((each) =>
    typeof each === 'string' ? each.split(' ') : [],
  );
  return [...new Set(all)];
}

/** SMART App Launch 2.2, section 2.0.10: the answer names the patient and all scopes, those of the sign-in included. */
function completeTokenAnswer({ oidc, body, status }: KoaContextWithOIDC, launches: Launches): void {
  if (oidc?.route !== 'token' || status !== 200 || typeof body !== 'object' || body === null) return;
  const { AuthorizationCode: code, RefreshToken: refresh, Grant: grant } = oidc.entities;
  if (grant === undefined) return;
  const answer = body as { scope?: string; patient?: string };
  const signIn = grant.getOIDCScopeFiltered(new Set((code ?? refresh)?.scope?.split(' ')));
  answer.scope = [signIn, answer.scope].filter(Boolean).join(' ');
  const patient = launches.patientOf(grant.jti);
  if (patient !== undefined) answer.patient = patient;
}
