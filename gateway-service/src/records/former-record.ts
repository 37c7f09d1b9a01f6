import {
  CryptoError,
  aesGcmOpen,
  canonicalJson,
  isJsonObject,
  kidOf,
  parseJws,
  readJwsPayload,
  utf8,
  verifyJws,
  type JsonObject,
  type SignatureVerifier,
  type X25519KeyPair,
} from '@careledger/crypto';
import { TYP, ciphertextHash, tokenHash, unwrapKey, wrapHash } from '@careledger/envelope';
import { RecordError } from './errors.js';

/** Characters of the first release's wrap sets, which held the wraps. */
const FORMER_DOCUMENT_MAX_CHARS = 262_144;

/** A version as the first release made it, and whose it has to be. */
export interface FormerParts {
  readonly manifest: string;
  readonly manifestHash: string;
  readonly wrapSet: string;
  readonly ciphertext: Uint8Array;
  readonly recordId: string;
  readonly version: number;
  readonly patientId: string;
  /** The gateway's, raw Ed25519: it signed manifest and wrap set. */
  readonly signerKey: Uint8Array;
  readonly recipientKey: X25519KeyPair;
  readonly verifier: SignatureVerifier;
}

/**
 * Opens this gateway's own copy of a version of the first form: tags in one list in the AAD (`v` 1), wraps within their
 * set. Nothing else is read of that form any more, and nothing is made of it.
 * @throws RecordError `RECORD_DAMAGED`; EnvelopeError of the wrap
 */
export async function openFormerRecord(parts: FormerParts): Promise<Uint8Array> {
  const { recordId, version, patientId, recipientKey, ciphertext } = parts;
  const { aad, keyCommitment, ciphertextSha256 } = payloadOf(parts.manifest, TYP.manifest, parts);
  const isOurs =
    isJsonObject(aad) &&
    aad['v'] === 1 &&
    aad['recordId'] === recordId &&
    aad['version'] === version &&
    aad['patientId'] === patientId &&
    aad['author'] === patientId &&
    tokenHash(parts.manifest) === parts.manifestHash;
  if (!isOurs || ciphertextHash(ciphertext) !== ciphertextSha256) throw damaged('manifest');
  const { wraps } = payloadOf(parts.wrapSet, TYP.wraps, parts);
  const own = (Array.isArray(wraps) ? wraps : []).find(
    (wrap) => isJsonObject(wrap) && wrap['kid'] === recipientKey.kid,
  ) as JsonObject | undefined;
  const jwe = own?.['jwe'];
  if (typeof jwe !== 'string' || typeof keyCommitment !== 'string') throw damaged('wrap set');
  const { manifestHash } = parts;
  const contentKey = await unwrapKey(
    jwe,
    { v: 2, recordId, version, manifestHash, seq: 1, wraps: [{ sha256: wrapHash(jwe) }] },
    { keyCommitment },
    recipientKey,
  );
  const content = aesGcmOpen(contentKey, ciphertext, utf8(canonicalJson(aad)));
  if (content === undefined) throw damaged('ciphertext');
  return content;
}

/** Of a document that the gateway signed. */
function payloadOf(token: string, typ: string, { signerKey, verifier }: FormerParts): JsonObject {
  try {
    const jws = parseJws(token, { maxBytes: FORMER_DOCUMENT_MAX_CHARS });
    const isOurs = jws.header.typ === typ && jws.header.kid === kidOf('Ed25519', signerKey);
    if (isOurs && verifyJws(jws, signerKey, verifier)) return readJwsPayload(jws);
  } catch (error) {
    if (!(error instanceof CryptoError)) throw error;
  }
  throw damaged(typ);
}

const damaged = (what: string): RecordError =>
  new RecordError('RECORD_DAMAGED', `The ${what} is not the one that this gateway made`);
