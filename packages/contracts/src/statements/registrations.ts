import {
  AuthorityId,
  AuthorityKind,
  MspId,
  PractitionerId,
  ProviderId,
  PublicKey,
  closedObject as body,
} from '@careledger/domain';
import { Type } from 'typebox';
import { CompactJws } from './parts.js';

/** What others reach must be TLS; plain HTTP only where nobody else can reach it: on the loopback interface. */
const EndpointUrl = Type.String({
  pattern:
    '^(?:https://[^/?#@\\s]+|http://(?:localhost|127\\.0\\.0\\.1|\\[::1\\])(?::[0-9]+)?)(?:/[^?#@\\s]*)?$',
  maxLength: 256,
});
/**
 * Proof that the holder of a new key wants it registered: a JWS of type `careledger.key-proof+jws` signed by that key
 * over `{iss, aud, channels, sid, iat, body: {subject, key}}`, where `iss` and `subject` are the id that registers it.
 */
export const KeyProofBody = body({ subject: Type.String({ minLength: 1, maxLength: 64 }), key: PublicKey });

/** Self-signed by the consent key; `iss` = the patient id that is its hash. */
export const RegisterPatientBody = body({
  consentKey: PublicKey,
  gatewayKey: PublicKey,
  gatewayKeyProof: CompactJws,
  encryptionKey: PublicKey,
});

/** Signed by the current consent key; the new key is proved where it can sign. */
export const RotatePatientKeyBody = body({
  use: Type.Union([Type.Literal('consent'), Type.Literal('gateway'), Type.Literal('encryption')]),
  newKey: PublicKey,
  newKeyProof: Type.Optional(CompactJws),
});

/** Self-signed by the signing key; `iss` = authorityId, which is the MSP ID's own. `endpoint` is where its api answers. */
export const RegisterAuthorityBody = body({
  authorityId: AuthorityId,
  mspId: MspId,
  kind: AuthorityKind,
  signingKey: PublicKey,
  encryptionKey: PublicKey,
  breakGlassKey: Type.Optional(PublicKey),
  endpoint: Type.Optional(EndpointUrl),
});

/** Self-signed by the signing key; `iss` = providerId, which is the MSP ID's own. */
export const RegisterProviderBody = body({
  providerId: ProviderId,
  mspId: MspId,
  signingKey: PublicKey,
  encryptionKey: PublicKey,
  endpoint: EndpointUrl,
});

/** Signed by the current signing key of an authority or provider. */
export const RotateOrganisationKeyBody = body({
  use: Type.Union([Type.Literal('signing'), Type.Literal('encryption'), Type.Literal('break-glass')]),
  newKey: PublicKey,
  newKeyProof: Type.Optional(CompactJws),
});

/** Signed by the authority, which vouches for its practitioner. `role` is the authority's own word, e.g. `physician`. */
export const RegisterPractitionerBody = body({
  practitionerId: PractitionerId,
  signingKey: PublicKey,
  signingKeyProof: CompactJws,
  role: Type.String({ pattern: '^[a-z][a-z0-9-]{0,39}$' }),
  active: Type.Boolean(),
});

/** Self-signed by the attestor's key; `iss` = the MSP id. */
export const RegisterAttestorBody = body({ mspId: MspId, key: PublicKey });
