import { hmacSha256, toHex, utf8 } from '@careledger/crypto';
import { isSecureUrl } from '@careledger/service-kit';
import * as client from 'openid-client';
import type { Profile } from '../people/users.js';
import type { Pending } from './pending.js';
import { profileOf } from './profile-of.js';
import type { UpstreamConfig } from './upstream-config.js';

/** Where people are sent back to, within this provider. */
export const CALLBACK_PATH = '/upstream/callback';
/** Longest wait for an answer of the hospital's provider, while somebody sits there. */
const TIMEOUT_S = 10;
/** What the provider says of itself is asked for again after this time. */
const DISCOVERY_MS = 3_600_000;

/** Somebody, by the word of the hospital's provider. */
export interface UpstreamPerson {
  /** Stands for issuer and `sub`, which nobody learns from it without the key. Lower-case hex. */
  readonly username: string;
  readonly profile: Profile;
}

interface Discovered {
  readonly atMs: number;
  readonly configuration: Promise<client.Configuration>;
}

/** A hospital's own OpenID provider, with this one as its client: authorization code with PKCE, state, nonce and `iss`. */
export class Upstream {
  readonly #key: Uint8Array;
  readonly #redirectUri: string;
  #discovered: Discovered | undefined;

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
      throw new RangeError(
        `upstream.issuer: ${config.issuer} is neither https nor on the loopback interface`,
      );
    this.#key = key;
    this.#redirectUri = `${here}${CALLBACK_PATH}`;
  }

  /** Where somebody signs in. @throws where the provider does not answer as one */
  async authorizationUrl({
    codeVerifier,
    nonce,
    state,
  }: Pending & { readonly state: string }): Promise<string> {
    const code_challenge = await client.calculatePKCECodeChallenge(codeVerifier);
    return client.buildAuthorizationUrl(await this.#discovery(), {
      ...{ redirect_uri: this.#redirectUri, scope: this.config.scopes.join(' '), state, nonce },
      // Whoever sits there now: workstations are shared.
      ...{ code_challenge, code_challenge_method: 'S256', prompt: 'login' },
    }).href;
  }

  /**
   * Who came back. @param query of the address that she came back to
   * @throws where it is not the answer of that provider to that sign-in, or the provider refused it; UpstreamRefusal for
   * one of whom it says too little
   */
  async person(query: URLSearchParams, pending: Pending): Promise<UpstreamPerson> {
    const discovered = await this.#discovery();
    const answer = await client.authorizationCodeGrant(
      discovered,
      new URL(`${this.#redirectUri}?${query.toString()}`),
      {
        ...{ pkceCodeVerifier: pending.codeVerifier, expectedNonce: pending.nonce, idTokenExpected: true },
        // The one that was found by it.
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

  #discovery(): Promise<client.Configuration> {
    const known = this.#discovered;
    if (known !== undefined && Date.now() - known.atMs < DISCOVERY_MS) return known.configuration;
    const configuration = discoveryOf(this.config);
    const discovered = { atMs: Date.now(), configuration };
    this.#discovered = discovered;
    configuration.catch(() => {
      if (this.#discovered === discovered) this.#discovered = undefined;
    });
    return configuration;
  }
}

async function discoveryOf({
  clientId,
  clientSecret,
  issuer,
}: UpstreamConfig): Promise<client.Configuration> {
  const proof = clientSecret === undefined ? client.None() : client.ClientSecretBasic(clientSecret);
  const isLocal = new URL(issuer).protocol === 'http:';
  const discovered = await client.discovery(new URL(issuer), clientId, undefined, proof, {
    timeout: TIMEOUT_S,
    // The signature of an ID token counts, and not only where it was fetched from.
    execute: [client.enableNonRepudiationChecks, ...(isLocal ? [client.allowInsecureRequests] : [])],
  });
  const { authorization_endpoint: signInAt = '' } = discovered.serverMetadata();
  if (!isSecureUrl(signInAt)) throw new Error(`${issuer} has people sign in at no https address`);
  return discovered;
}
