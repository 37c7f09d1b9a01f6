import { closedObject } from '@careledger/domain';
import { Secret, serviceConfigProperties } from '@careledger/service-kit';
import { Type, type Static } from 'typebox';
import { UpstreamConfig } from './upstream/upstream-config.js';

const Text = Type.String({ minLength: 1 });
const Lifetime = (byDefault: number, maximum: number) =>
  Type.Integer({ minimum: 1, maximum, default: byDefault });

/** Configuration of an organisation's OpenID provider; see `config.example.yaml`. */
export const IdentityConfig = closedObject({
  ...serviceConfigProperties,
  /** Where people and programs reach it: its tokens have this in `iss`. No path. */
  issuer: Type.String({ pattern: '^https?://[^/?#]+$' }),
  /** As its pages name the organisation. */
  organisation: Text,
  /** Database and keys. */
  dataDir: Text,
  /** Opens the key store. */
  keyPassphrase: Secret({ minLength: 12 }),
  /** Services that its tokens are for; the first where a request names none (parameter `aud`, or `resource`). */
  audiences: Type.Array(Type.String({ pattern: '^https?://' }), { minItems: 1 }),
  /** The hospital's own provider, where people may sign in too. */
  upstream: Type.Optional(UpstreamConfig),
  /** A token that was issued counts until it ends. */
  accessTokenS: Lifetime(300, 3_600),
  refreshTokenS: Lifetime(28_800, 2_592_000),
});
export type IdentityConfig = Static<typeof IdentityConfig>;
