import { AuthorityId, MspId, ProviderId, PublicKey, closedObject } from '@careledger/domain';
import { Type, type Static } from 'typebox';

/**
 * What chaincode `records` asks `access-control` on the same channel. Anybody may ask: it is ledger data that every
 * member can read.
 */

/** Upper bound of one call: a full batch, and a check-in with each. */
export const SIGNERS_MAX = 400;

/** Is this `kid` a current key of this issuer? */
export const SignerQuery = closedObject({
  iss: Type.String({ minLength: 1, maxLength: 64 }),
  kid: Type.String({ minLength: 1, maxLength: 64 }),
});
export type SignerQuery = Static<typeof SignerQuery>;

export const SignerAnswer = Type.Object({
  /** Whether the issuer is registered on this channel at all. */
  registered: Type.Boolean(),
  /** The current key with that thumbprint; null where the issuer has none. */
  signer: Type.Union([
    Type.Object({
      role: Type.Union([
        Type.Literal('consent'),
        Type.Literal('delegate'),
        Type.Literal('gateway'),
        Type.Literal('authority'),
        Type.Literal('provider'),
        Type.Literal('attestor'),
      ]),
      key: PublicKey,
      /** Of an authority, provider or attestor. */
      mspId: Type.Optional(MspId),
    }),
    Type.Null(),
  ]),
});
export type SignerAnswer = Static<typeof SignerAnswer>;

/** What the caller's organisation has registered on this channel. */
export const OwnOrganisation = Type.Object({
  mspId: MspId,
  authorityId: Type.Union([AuthorityId, Type.Null()]),
  providerId: Type.Union([ProviderId, Type.Null()]),
});
export type OwnOrganisation = Static<typeof OwnOrganisation>;
