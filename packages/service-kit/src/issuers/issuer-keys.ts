import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import type { IssuerConfig } from '../config/issuer-config.js';
import { fetchJson } from './fetch-json.js';
import { isSecureUrl } from './secure-url.js';
import { IssuerUnavailable } from './token-refusal.js';

/** After a fetch, whatever came of it, the next one on behalf of an unknown key or a failure waits this long. */
const COOLDOWN_MS = 5_000;

/** OpenID Connect Discovery 1.0, section 3, as far as it is needed here. */
const Metadata = Type.Object({ issuer: Type.String(), jwks_uri: Type.String() });
/** RFC 7517, section 5; `jose` looks at each key. */
const KeySet = Type.Object({ keys: Type.Array(Type.Object({ kty: Type.String() })) });

export interface IssuerKeysOptions extends Pick<IssuerConfig, 'issuer' | 'keysFreshS' | 'keysMaxAgeS'> {
  /** Default COOLDOWN_MS. */
  readonly cooldownMs?: number;
  /** Default: Date.now. */
  readonly clock?: () => number;
}

interface KnownKeys {
  readonly find: ReturnType<typeof createLocalJWKSet>;
  readonly fetchedMs: number;
}

/**
 * The public keys of an issuer: found by discovery, fetched again when they are no longer fresh or a token names a key that
 * is not among them. While the issuer is away those that are known go on, for a bounded time. Nothing in a token leads to a key.
 */
export class IssuerKeys {
  readonly #options: IssuerKeysOptions;
  readonly #clock: () => number;
  readonly #cooldownMs: number;
  #known: KnownKeys | undefined;
  #fetching: Promise<void> | undefined;
  #triedMs = -Infinity;
  #failure: unknown;

  constructor(options: IssuerKeysOptions) {
    this.#options = options;
    this.#clock = options.clock ?? Date.now;
    this.#cooldownMs = options.cooldownMs ?? COOLDOWN_MS;
  }

  /**
   * The key that a token's header names.
   * @throws IssuerUnavailable, JWKSNoMatchingKey and what else `jose` has against the header
   */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    if (this.#ageMs() >= this.#options.keysFreshS * 1_000) {
      const trying = this.#fetch();
      // Nobody waits for an issuer that is away while its keys are known.
      if (this.#failure === undefined || this.#known === undefined) await trying;
    }
    const known = this.#usable();
    try {
      return await known.find(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await this.#fetch();
      if (this.#failure !== undefined) throw this.#unavailable();
      const now = this.#usable();
      if (now === known) throw error;
      return await now.find(header, token);
    }
  };

  #ageMs(): number {
    return this.#known === undefined ? Infinity : this.#clock() - this.#known.fetchedMs;
  }

  #usable(): KnownKeys {
    const maxAgeS = Math.max(this.#options.keysMaxAgeS, this.#options.keysFreshS);
    const isTooOld = this.#failure !== undefined && this.#ageMs() > maxAgeS * 1_000;
    if (this.#known === undefined || isTooOld) throw this.#unavailable();
    return this.#known;
  }

  #unavailable(): IssuerUnavailable {
    const restMs = this.#triedMs + this.#cooldownMs - this.#clock();
    return new IssuerUnavailable(
      'The issuer of this token cannot be asked for its keys',
      Math.max(1, Math.ceil(restMs / 1_000)),
      { cause: this.#failure },
    );
  }

  /** Once at a time, and not again within the cooldown. */
  async #fetch(): Promise<void> {
    if (this.#fetching === undefined) {
      if (this.#clock() - this.#triedMs < this.#cooldownMs) return;
      this.#triedMs = this.#clock();
      this.#fetching = this.#fetchNow().then(
        (known) => {
          this.#known = known;
          this.#failure = undefined;
        },
        (error: unknown) => {
          this.#failure = error ?? new Error('nothing came');
        },
      );
      void this.#fetching.finally(() => (this.#fetching = undefined));
    }
    await this.#fetching;
  }

  async #fetchNow(): Promise<KnownKeys> {
    const { issuer } = this.#options;
    const metadata = await fetchJson(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
    if (!Value.Check(Metadata, metadata)) throw new Error(`${issuer} has no metadata of an OpenID provider`);
    // Section 4.3: another one's metadata would be another one's keys.
    if (metadata.issuer !== issuer) throw new Error(`The metadata of ${issuer} are of ${metadata.issuer}`);
    if (!isSecureUrl(metadata.jwks_uri)) throw new Error(`${issuer} has its keys at no https address`);
    const keys = await fetchJson(metadata.jwks_uri);
    if (!Value.Check(KeySet, keys)) throw new Error(`${metadata.jwks_uri} is no set of keys`);
    // A secret key among them would let whoever reads them make tokens.
    const isPublic = ({ kty }: { kty: string }): boolean => kty !== 'oct';
    const publicKeys = { keys: keys.keys.filter(isPublic) } as JSONWebKeySet;
    return { find: createLocalJWKSet(publicKeys), fetchedMs: this.#clock() };
  }
}
