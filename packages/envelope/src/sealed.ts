import {
  fromBase64url,
  isJsonObject,
  kidOf,
  okpPrivateKey,
  okpPublicKey,
  parseJson,
  sha256,
  toBase64url,
  utf8,
} from '@careledger/crypto';
import type { JsonObject, X25519KeyPair } from '@careledger/crypto';
import { GeneralEncrypt, generalDecrypt } from 'jose';
import type { GeneralJWE } from 'jose';
import { EnvelopeError } from './portable/errors.js';
import { TYP } from './formats.js';
import { decryptJwe, decryptionFailed, hasExactly, readJweHeader, readOrUndefined } from './jwe.js';
import { SEALED_MAX_CHARS } from './limits.js';
import { sealToOne } from './portable/index.js';

/** RFC 7518 section 4.6.2: with several recipients the content key is wrapped for each. */
const MANY_ALG = 'ECDH-ES+A256KW';
const ENC = 'A256GCM';
const COMPACT_MEMBERS = ['alg', 'enc', 'typ', 'kid', 'ctx', 'epk'];
const GENERAL_MEMBERS = ['enc', 'typ', 'ctx'];

/**
 * Small data for those concerned, as it stands within a statement. `context` says what it is (e.g. `grant`,
 * `visit-location`) and is authenticated, so that a blob cannot stand in for another.
 * For one recipient a compact JWE; for several, base64url of a JWE in general JSON serialisation (RFC 7516 section
 * 7.2.1). Both consist of base64url characters and dots.
 * @throws EnvelopeError `RECIPIENT_KEY_INVALID`
 */
export async function encryptTo(
  recipients: Uint8Array | readonly Uint8Array[],
  data: Uint8Array,
  { context }: { context: string },
): Promise<string> {
  const keys = recipients instanceof Uint8Array ? [recipients] : recipients;
  const [first] = keys;
  if (first === undefined) throw new EnvelopeError('RECIPIENT_KEY_INVALID', 'There is no recipient');
  if (keys.length === 1) {
    return sealToOne(first, data, { context, hash: sha256 });
  }
  const jwe = new GeneralEncrypt(data).setProtectedHeader({ enc: ENC, typ: TYP.sealed, ctx: context });
  try {
    for (const key of keys) {
      const header = { alg: MANY_ALG, kid: kidOf('X25519', key) };
      jwe.addRecipient(okpPublicKey('X25519', key)).setUnprotectedHeader(header);
    }
    return toBase64url(utf8(JSON.stringify(await jwe.encrypt())));
  } catch (cause) {
    throw new EnvelopeError('RECIPIENT_KEY_INVALID', 'A recipient’s key is no usable X25519 key', { cause });
  }
}

/**
 * Opens what {@link encryptTo} made, with whichever of the keys it is for.
 * @throws EnvelopeError `SEALED_MALFORMED`, `SEALED_CONTEXT_MISMATCH`, `NOT_A_RECIPIENT`, `DECRYPTION_FAILED`
 */
export async function decryptFrom(
  sealed: string,
  keys: X25519KeyPair | readonly X25519KeyPair[],
  { context, maxChars = SEALED_MAX_CHARS }: { context: string; maxChars?: number },
): Promise<Uint8Array> {
  if (sealed.length > maxChars) throw malformed(`more than ${maxChars} characters`);
  const mine = 'kid' in keys ? [keys] : keys;
  return sealed.includes('.') ? openCompact(sealed, mine, context) : openGeneral(sealed, mine, context);
}

async function openCompact(
  token: string,
  keys: readonly X25519KeyPair[],
  context: string,
): Promise<Uint8Array> {
  const header = readOrUndefined(() => readJweHeader(token));
  if (header === undefined) throw malformed('no JWE header');
  assertContext(header, COMPACT_MEMBERS, context);
  return decryptJwe(token, keyFor([header['kid']], keys));
}

async function openGeneral(
  encoded: string,
  keys: readonly X25519KeyPair[],
  context: string,
): Promise<Uint8Array> {
  const jwe = readOrUndefined(() => parseJson(fromBase64url(encoded)));
  if (!isGeneralJwe(jwe)) throw malformed('neither a compact JWE nor one in general JSON serialisation');
  const header = readOrUndefined(() => readJweHeader(`${jwe.protected}.`));
  if (header === undefined) throw malformed('no JWE header');
  assertContext(header, GENERAL_MEMBERS, context);
  const key = keyFor(
    jwe.recipients.map(({ header }) => header?.kid),
    keys,
  );
  // Only the recipient's own entry: jose would try the key against each in turn.
  const recipients = jwe.recipients.filter(({ header }) => header?.kid === key.kid);
  try {
    const { plaintext } = await generalDecrypt(
      { ...jwe, recipients },
      okpPrivateKey('X25519', key.privateKey),
      {
        keyManagementAlgorithms: [MANY_ALG],
        contentEncryptionAlgorithms: [ENC],
      },
    );
    return plaintext;
  } catch (cause) {
    throw decryptionFailed(cause);
  }
}

function isGeneralJwe(value: unknown): value is GeneralJWE & { protected: string } {
  return (
    isJsonObject(value) &&
    typeof value['protected'] === 'string' &&
    Array.isArray(value['recipients']) &&
    value['recipients'].every((entry) => isJsonObject(entry) && isJsonObject(entry['header']))
  );
}

function assertContext(header: JsonObject, members: readonly string[], context: string): void {
  if (!hasExactly(header, members)) throw malformed('a member of the header is missing or not ours');
  if (header['typ'] !== TYP.sealed || header['ctx'] !== context) {
    throw new EnvelopeError('SEALED_CONTEXT_MISMATCH', `The blob is not a sealed ${context}`);
  }
}

function keyFor(kids: readonly unknown[], keys: readonly X25519KeyPair[]): X25519KeyPair {
  const key = keys.find(({ kid }) => kids.includes(kid));
  if (key === undefined) throw new EnvelopeError('NOT_A_RECIPIENT', 'The blob is sealed to other keys');
  return key;
}

function malformed(reason: string): EnvelopeError {
  return new EnvelopeError('SEALED_MALFORMED', `Not a sealed blob: ${reason}`);
}
