import { Type, type Static } from 'typebox';
import { Value } from 'typebox/value';
import type { IssuerConfig } from '../config/issuer-config.js';
import { fetchJson } from './fetch-json.js';
import { isSecureUrl } from './secure-url.js';
import { IssuerUnavailable } from './token-refusal.js';

/** An issuer that did not answer is not asked again before. */
const COOLDOWN_MS = 5_000;
/** Of a provider that says nothing of SMART: an app signs a person in, and launches nothing for a patient. */
const PLAIN_CAPABILITIES = ['client-public', 'permission-user', 'permission-v2', 'sso-openid-connect'];

const Texts = Type.Array(Type.String());
/** SMART App Launch 2.2, section 8.2; what else a provider says is not passed on. */
export const SmartConfiguration = Type.Object({
  issuer: Type.String(),
  jwks_uri: Type.Optional(Type.String()),
  authorization_endpoint: Type.String(),
  token_endpoint: Type.String(),
  token_endpoint_auth_methods_supported: Type.Optional(Texts),
  introspection_endpoint: Type.Optional(Type.String()),
  revocation_endpoint: Type.Optional(Type.String()),
  grant_types_supported: Texts,
  scopes_supported: Type.Optional(Texts),
  response_types_supported: Type.Optional(Texts),
  code_challenge_methods_supported: Texts,
  capabilities: Texts,
});
export type SmartConfiguration = Static<typeof SmartConfiguration>;

const ADDRESSES = [
  'authorization_endpoint',
  'token_endpoint',
  'introspection_endpoint',
  'revocation_endpoint',
  'jwks_uri',
] as const satisfies readonly (keyof SmartConfiguration)[];

interface Tried {
  readonly atMs: number;
  readonly found: SmartConfiguration | IssuerUnavailable;
}

/** How apps find the sign-in of a service: what its issuer says of itself, asked again when it is no longer fresh. */
export class SmartDiscovery {
  readonly #config: Pick<IssuerConfig, 'issuer' | 'keysFreshS'>;
  readonly #clock: () => number;
  #tried: Tried | undefined;
  #asking: Promise<Tried> | undefined;

  constructor(config: Pick<IssuerConfig, 'issuer' | 'keysFreshS'>, clock: () => number = Date.now) {
    this.#config = config;
    this.#clock = clock;
  }

  /** @throws IssuerUnavailable */
  async configuration(): Promise<SmartConfiguration> {
    if (this.#tried === undefined || this.#isOver(this.#tried)) {
      this.#asking ??= this.#ask().finally(() => (this.#asking = undefined));
      this.#tried = await this.#asking;
    }
    const { found } = this.#tried;
    if (found instanceof IssuerUnavailable) throw found;
    return found;
  }

  #isOver({ atMs, found }: Tried): boolean {
    const keptMs = found instanceof IssuerUnavailable ? COOLDOWN_MS : this.#config.keysFreshS * 1_000;
    return this.#clock() - atMs >= keptMs;
  }

  async #ask(): Promise<Tried> {
    const atMs = this.#clock();
    try {
      return { atMs, found: await this.#ofSmart().catch(() => this.#ofOpenId()) };
    } catch (cause) {
      const detail = 'The issuer that people sign in at cannot be asked how';
      return { atMs, found: new IssuerUnavailable(detail, COOLDOWN_MS / 1_000, { cause }) };
    }
  }

  async #ofSmart(): Promise<SmartConfiguration> {
    return checked(this.#config.issuer, await this.#fetch('smart-configuration'));
  }

  async #ofOpenId(): Promise<SmartConfiguration> {
    const metadata = await this.#fetch('openid-configuration');
    return checked(this.#config.issuer, { ...Object(metadata), capabilities: PLAIN_CAPABILITIES });
  }

  #fetch(name: string): Promise<unknown> {
    return fetchJson(`${this.#config.issuer.replace(/\/$/, '')}/.well-known/${name}`);
  }
}

/** What is the issuer's own and leads apps to no place between which somebody listens. @throws where it is not */
function checked(issuer: string, metadata: unknown): SmartConfiguration {
  const known = Value.Clean(SmartConfiguration, structuredClone(metadata));
  if (!Value.Check(SmartConfiguration, known)) throw new Error(`${issuer} does not say how apps sign in`);
  // Another one's address would have people sign in elsewhere.
  if (known.issuer !== issuer) throw new Error(`The metadata of ${issuer} are of ${known.issuer}`);
  // Tokens are sent to each of them, or trusted because of it.
  for (const name of ADDRESSES) {
    const url = known[name];
    if (url !== undefined && !isSecureUrl(url)) throw new Error(`${name} of ${issuer} is no https address`);
  }
  if (!known.code_challenge_methods_supported.includes('S256'))
    throw new Error(`${issuer} takes no PKCE with S256`);
  return known;
}
