import { AuthorityId, NetworkId, PublicKey } from '@careledger/domain';
import { Type, type Static } from 'typebox';

/** GET by anybody at an authority → 200 `PublishedKeys`. */
export const PUBLISHED_KEYS_PATH = '/v1/keys';

/** An authority's public keys in its own word: patients hold a gateway's word against it. */
export const PublishedKeys = Type.Object({
  authorityId: AuthorityId,
  networkId: NetworkId,
  /** Ed25519, raw. */
  signingKey: PublicKey,
  /** X25519, raw. */
  encryptionKey: PublicKey,
  /** Whether the ledger has exactly these in force, by the authority's peer; `unknown`: it could not be asked. */
  ledger: Type.Union([Type.Literal('same'), Type.Literal('differs'), Type.Literal('unknown')]),
});
export type PublishedKeys = Static<typeof PublishedKeys>;
