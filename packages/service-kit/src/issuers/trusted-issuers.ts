import { decodeJwt, decodeProtectedHeader, errors, jwtVerify, type JWTPayload } from 'jose';
import type { IssuerConfig } from '../config/issuer-config.js';
import { readClaims } from './claims.js';
import { IssuerKeys, type IssuerKeysOptions } from './issuer-keys.js';
import { isSecureUrl } from './secure-url.js';
import type { VerifiedToken } from './signed-in.js';
import { TokenRefusal } from './token-refusal.js';

/** Signatures by a private key alone: never none, never a secret that the verifier has too. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const JWS_COMPACT = /^[\w-]+\.[\w-]+\.[\w-]*$/;

export interface TrustedIssuersOptions extends Pick<IssuerKeysOptions, 'cooldownMs' | 'clock'> {
  /** The organisation that runs the service: of others it knows programs alone. */
  readonly mspId: string;
}

interface TrustedIssuer {
  readonly config: IssuerConfig;
  readonly keys: IssuerKeys;
}

/** Whether a bearer token has the form of an issuer's; any other is one that the service handed out or was configured. */
export const isJwt = (token: string): boolean => JWS_COMPACT.test(token);

/** The OpenID providers whose access tokens count, each for its own organisation (RFC 9068, RFC 8725). */
export class TrustedIssuers {
  readonly #issuers: ReadonlyMap<string, TrustedIssuer>;
  readonly #options: TrustedIssuersOptions;

  /** @throws RangeError for an issuer that cannot be trusted as it is configured */
  constructor(configs: readonly IssuerConfig[], options: TrustedIssuersOptions) {
    this.#options = options;
    const issuers = new Map<string, TrustedIssuer>();
    for (const [index, config] of configs.entries()) {
      const where = `auth.issuers[${index}]`;
      if (!isSecureUrl(config.issuer))
        throw new RangeError(`${where}: ${config.issuer} is neither https nor on the loopback interface`);
      if (issuers.has(config.issuer))
        throw new RangeError(`${where}: ${config.issuer} is listed before: one issuer, one organisation`);
      issuers.set(config.issuer, { config, keys: new IssuerKeys({ ...config, ...options }) });
    }
    this.#issuers = issuers;
  }

  /** Who holds a token. @throws TokenRefusal, IssuerUnavailable */
  async verify(token: string): Promise<VerifiedToken> {
    const { config, keys } = this.#issuerOf(token);
    const payload = await verified(token, config, keys);
    const holder = readClaims(payload, config);
    if (holder.role !== 'system' && config.mspId !== this.#options.mspId)
      throw new TokenRefusal(
        'ORGANISATION_MISMATCH',
        `${config.issuer} speaks for ${config.mspId}, whose people are nobody within ${this.#options.mspId}`,
      );
    return holder;
  }

  /** By the token's own word, which its signature has to bear out. */
  #issuerOf(token: string): TrustedIssuer {
    const { iss } = unverified(token);
    const issuer = typeof iss === 'string' ? this.#issuers.get(iss) : undefined;
    if (issuer === undefined) throw new TokenRefusal('ISSUER_UNKNOWN', 'No trusted issuer made this token');
    return issuer;
  }
}

function unverified(token: string): JWTPayload {
  try {
    decodeProtectedHeader(token);
    return decodeJwt(token);
  } catch (cause) {
    throw new TokenRefusal('TOKEN_MALFORMED', 'This token can be read neither as ours nor as an issuer’s', {
      cause,
    });
  }
}

async function verified(token: string, config: IssuerConfig, keys: IssuerKeys): Promise<JWTPayload> {
  const { audience, clockToleranceS, issuer } = config;
  try {
    const { payload } = await jwtVerify(token, keys.find, {
      ...{ issuer, audience, algorithms: ALGORITHMS, clockTolerance: clockToleranceS },
      requiredClaims: ['sub', 'exp'],
    });
    return payload;
  } catch (error) {
    throw refusalOf(error);
  }
}

/** In the order in which `jose` looks. */
function refusalOf(cause: unknown): unknown {
  if (!(cause instanceof errors.JOSEError)) return cause;
  const refused = (...[reason, detail]: ConstructorParameters<typeof TokenRefusal>) =>
    new TokenRefusal(reason, detail, { cause });
  if (cause instanceof errors.JOSEAlgNotAllowed)
    return refused('ALGORITHM_REFUSED', 'The token is signed in a way that is not taken');
  if (cause instanceof errors.JWKSNoMatchingKey || cause instanceof errors.JWKSMultipleMatchingKeys)
    return refused('KEY_UNKNOWN', 'The issuer has no such key, or no longer');
  if (cause instanceof errors.JWSSignatureVerificationFailed)
    return refused('SIGNATURE_INVALID', 'The signature is not the issuer’s');
  if (cause instanceof errors.JWTExpired)
    return refused('TOKEN_EXPIRED', 'The token has expired: get a new one');
  if (cause instanceof errors.JWTClaimValidationFailed) {
    if (cause.claim === 'aud') return refused('AUDIENCE_MISMATCH', 'The token is for another service');
    if (cause.claim === 'nbf' || cause.claim === 'iat')
      return refused('TOKEN_NOT_YET_VALID', 'The token is not valid yet: compare the clocks');
    return refused(cause.reason === 'missing' ? 'CLAIM_MISSING' : 'CLAIM_INVALID', cause.message);
  }
  return refused('TOKEN_MALFORMED', cause.message);
}
