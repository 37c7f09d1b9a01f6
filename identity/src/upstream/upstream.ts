import { hmacSha256, toHex, utf8 } from '@careledger/crypto';
import { claimOf, isSecureUrl } from '@careledger/service-kit';
import * as client from 'openid-client';
import type { Profile } from '../people/users.js';
import type { Pending } from './pending.js';
import type { UpstreamConfig } from './upstream-config.js';

/** Where people are sent back to, within this provider. */
export const CALLBACK_PATH = '/upstream/callback';

/** Somebody, by the word of the hospital's provider. */
export interface UpstreamPerson {
  /** Stands for issuer and `sub`, which nobody learns from it without the key. Lower-case hex. */
  readonly username: string;
  /** As the claims have it: to be checked. */
  readonly profile: Profile;
}

/** A hospital's own OpenID provider, with this one as its client: authorization code with PKCE, state, nonce and `iss`. */
export class Upstream {
  readonly #key: Uint8Array;
  readonly #redirectUri: string;
  #discovered: Promise<client.Configuration> | undefined;

  /**
   * @param here the issuer that people are sent back to
   * @param key of what stands for people here
   * @throws RangeError for an address between which somebody may listen
   */
  constructor(
    readonly config: UpstreamConfig,
    { here, key }: { readonly here: string; readonly key: Uint8Array },
  ) {
    if (!isSecureUrl(config.issuer))
      throw new RangeError(`upstream.issuer: ${config.issuer} is neither https nor on the loopback interface`);
    this.#key = key;
    this.#redirectUri = `${here}${CALLBACK_PATH}`;
  }

  /** Where somebody signs in. @throws where the provider does not answer as one */
  async authorizationUrl({ codeVerifier, nonce, state }: Pending & { readonly state: string }): Promise<string> {
    const code_challenge = await client.calculatePKCECodeChallenge(codeVerifier);
    return client.buildAuthorizationUrl(await this.#discovery(), {
      ...{ redirect_uri: this.#redirectUri, scope: this.config.scopes.join(' '), state, nonce },
      // Whoever sits there now: workstations are shared.
      ...{ code_challenge, code_challenge_method: 'S256', prompt: 'login' },
    }).href;
  }

  /**
   * Who came back. @param query of the address that she came back to
   * @throws where it is not the answer of that provider to that sign-in, or the provider refused it
   */
  async person(query: URLSearchParams, pending: Pending): Promise<UpstreamPerson> {
    const discovered = await this.#discovery();
    const answer = await client.authorizationCodeGrant(
      discovered,
      new URL(`${this.#redirectUri}?${query.toString()}`),
      {
        ...{ pkceCodeVerifier: pending.codeVerifier, expectedNonce: pending.nonce, idTokenExpected: true },
        expectedState: query.get('state') ?? '',
      },
    );
    const idToken = answer.claims();
    if (idToken === undefined) throw new Error('The provider sent no ID token');
    const more =
      discovered.serverMetadata().userinfo_endpoint === undefined
        ? {}
        : await client.fetchUserInfo(discovered, answer.access_token, idToken.sub);
    return {
      username: this.#usernameOf(idToken),
      profile: profileOf({ ...more, ...idToken }, this.config),
    };
  }

  #usernameOf({ iss, sub }: client.IDToken): string {
    return toHex(hmacSha256(this.#key, utf8(JSON.stringify([iss, sub]))));
  }

  /** Once; again only where it failed. */
  #discovery(): Promise<client.Configuration> {
    const { clientId, clientSecret, issuer } = this.config;
    const proof = clientSecret === undefined ? client.None() : client.ClientSecretBasic(clientSecret);
    const isLocal = new URL(issuer).protocol === 'http:';
    this.#discovered ??= client
      .discovery(new URL(issuer), clientId, undefined, proof, {
        execute: isLocal ? [client.allowInsecureRequests] : [],
      })
      .catch((error: unknown) => {
        this.#discovered = undefined;
        throw error;
      });
    return this.#discovered;
  }
}

/** As the configuration reads the claims; whether it is a profile is for who stores it to say. */
function profileOf(given: Record<string, unknown>, { claims, roles }: UpstreamConfig): Profile {
  const values = new Set([claimOf(given, claims.role)].flat());
  const role = roles.find(({ value }) => values.has(value))?.role;
  const optional = (name: 'profession' | 'unit') => {
    const path = claims[name];
    const value = path === undefined ? undefined : claimOf(given, path);
    return value === undefined ? {} : { [name]: value };
  };
  return {
    ...{ name: claimOf(given, claims.name), role, person: claimOf(given, claims.person) },
    ...optional('profession'),
    ...optional('unit'),
  } as Profile;
}
