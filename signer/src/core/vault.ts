import {
  canonicalJson,
  fromBase64url,
  fromUtf8,
  parseJson,
  toBase64url,
  utf8,
} from '@careledger/crypto/portable';
import { Id128, NetworkId, PatientId, PublicKey, closedObject } from '@careledger/domain';
import { scryptAsync } from '@noble/hashes/scrypt.js';
import { Type, type Static } from 'typebox';
import { Value } from 'typebox/value';
import { Acting } from './acting.js';
import { SignerError } from './errors.js';

/** NIST SP 800-63B section 3.1.1: at least 8 characters; this one guards a file that can be tried offline. */
const PASSPHRASE_MIN_CHARS = 12;
/** Base-2 logarithm of scrypt's N: 128 MiB with r = 8 (OWASP Password Storage Cheat Sheet). */
const SCRYPT_LOG_N = 17;
const SCRYPT_LOG_N_MAX = 20;
const KEY_BYTES = 32;
const IV_BYTES = 12;
const SALT_BYTES = 16;
const CONTEXT = utf8('careledger/consent-vault/v1\0');

/** What the patient keeps: 32-byte secrets in base64url, and everything that was signed. */
export const VaultContent = closedObject({
  v: Type.Literal(1),
  networkId: NetworkId,
  patientId: PatientId,
  /** Seed of the Ed25519 consent key. */
  consentSeed: PublicKey,
  /** The consent key that the patient registered with (raw), once another has taken its place. */
  firstKey: Type.Optional(PublicKey),
  /** Seed of the consent key that is to take its place: the journal says whether that is signed, and taken. */
  nextSeed: Type.Optional(PublicKey),
  /** Key of the HMAC that gives scope tags and grantee tags. */
  scopeKey: PublicKey,
  /** The key is to take the place of one that was lost with its file, and with the scope key in it: nothing here gives tags. */
  recovered: Type.Optional(Type.Literal(true)),
  gateway: Type.Optional(closedObject({ url: Type.String(), token: Type.Optional(Type.String()) })),
  /** Keys of authorities that the patient has from them: authority ID → X25519, raw. */
  authorities: Type.Record(Type.String(), PublicKey),
  /** Numbers up to this may have been used after the backup was made from which this file was restored. */
  seqFloor: Type.Optional(Type.Integer({ minimum: 0 })),
  /** The standing policy that was set here last, with the ids of the grants and denials that it stands for. */
  standing: Type.Optional(
    closedObject({
      ...{ name: Type.String(), version: Type.Integer({ minimum: 1 }), rules: Type.Array(Id128) },
      /** All that was signed for it, in the order in which it is sent: in one go. */
      statements: Type.Optional(Type.Array(Id128)),
    }),
  ),
  /** In a delegate's file, whose consent key and scope key are its own: the key signs for the patient, the other tags nothing. */
  acting: Type.Optional(Acting),
  journal: Type.Array(closedObject({ statement: Type.String(), isTaken: Type.Boolean() })),
});
export type VaultContent = Static<typeof VaultContent>;

/**
 * The file: encrypted as a whole, so that it is its own backup. AES-256-GCM under scrypt of the passphrase; everything but
 * `ciphertext` is authenticated with it, in canonical JSON.
 */
const VaultFile = closedObject({
  v: Type.Literal(1),
  kind: Type.Literal('careledger.consent-vault'),
  kdf: closedObject({
    name: Type.Literal('scrypt'),
    logN: Type.Integer({ minimum: 10, maximum: SCRYPT_LOG_N_MAX }),
    r: Type.Literal(8),
    p: Type.Literal(1),
    salt: Type.String(),
  }),
  iv: Type.String(),
  ciphertext: Type.String(),
});
type VaultFile = Static<typeof VaultFile>;

/** An open vault: seals what changes without asking for the passphrase again. */
export interface Vault {
  readonly content: VaultContent;
  /** The file with this content, under the same passphrase and a fresh IV. @throws SignerError `VAULT_MALFORMED` */
  seal(content: VaultContent): Promise<string>;
}

/** scrypt (RFC 7914): slow by intent, so that whoever has a quicker one than the library brings it. */
export type Scrypt = (
  passphrase: Uint8Array,
  salt: Uint8Array,
  cost: { readonly N: number; readonly r: number; readonly p: number; readonly dkLen: number },
) => Promise<Uint8Array>;

/** A vault under a new passphrase. @throws SignerError `PASSPHRASE_TOO_SHORT` */
export async function newVault(
  content: VaultContent,
  passphrase: string,
  { logN = SCRYPT_LOG_N, scrypt = scryptAsync }: { readonly logN?: number; readonly scrypt?: Scrypt } = {},
): Promise<Vault> {
  if (passphrase.length < PASSPHRASE_MIN_CHARS)
    throw new SignerError(
      'PASSPHRASE_TOO_SHORT',
      `A passphrase has at least ${PASSPHRASE_MIN_CHARS} characters: it guards the consent key`,
    );
  const kdf = { name: 'scrypt', logN, r: 8, p: 1, salt: toBase64url(randomBytes(SALT_BYTES)) } as const;
  return vaultOf(content, kdf, await keyOf(passphrase, kdf, scrypt));
}

/** @throws SignerError `VAULT_MALFORMED`, `VAULT_LOCKED` */
export async function openVault(
  text: string,
  passphrase: string,
  { scrypt = scryptAsync }: { readonly scrypt?: Scrypt } = {},
): Promise<Vault> {
  const file = readFile(text);
  const { ciphertext, ...header } = file;
  const key = await keyOf(passphrase, file.kdf, scrypt);
  let opened: ArrayBuffer;
  try {
    opened = await crypto.subtle.decrypt(cipherOf(header), key, bytesOf(ciphertext));
  } catch (cause) {
    throw new SignerError('VAULT_LOCKED', 'The passphrase does not open this file, or the file was altered', {
      cause,
    });
  }
  const content: unknown = JSON.parse(fromUtf8(new Uint8Array(opened)));
  if (!Value.Check(VaultContent, content))
    throw new SignerError('VAULT_MALFORMED', 'The file opens, and does not say what a vault says');
  return vaultOf(content, file.kdf, key);
}

function vaultOf(content: VaultContent, kdf: VaultFile['kdf'], key: CryptoKey): Vault {
  return {
    content,
    seal: async (changed) => {
      if (!Value.Check(VaultContent, changed))
        throw new SignerError(
          'VAULT_MALFORMED',
          'What is to be kept would not open again: it was not written',
        );
      const iv = toBase64url(randomBytes(IV_BYTES));
      const header = { v: 1, kind: 'careledger.consent-vault', kdf, iv } as const;
      const sealed = await crypto.subtle.encrypt(cipherOf(header), key, bytes(utf8(JSON.stringify(changed))));
      return `${JSON.stringify({ ...header, ciphertext: toBase64url(new Uint8Array(sealed)) })}\n`;
    },
  };
}

function readFile(text: string): VaultFile {
  let file: unknown;
  try {
    file = parseJson(utf8(text));
  } catch (cause) {
    throw new SignerError('VAULT_MALFORMED', 'This is no file of careledger-consent', { cause });
  }
  if (Value.Check(VaultFile, file)) return file;
  throw new SignerError(
    'VAULT_MALFORMED',
    'This is no file of careledger-consent, or one of another version',
  );
}

const cipherOf = (header: Omit<VaultFile, 'ciphertext'>) => ({
  name: 'AES-GCM',
  iv: bytesOf(header.iv),
  additionalData: bytes(new Uint8Array([...CONTEXT, ...utf8(canonicalJson(header))])),
});

async function keyOf(
  passphrase: string,
  { logN, r, p, salt }: VaultFile['kdf'],
  scrypt: Scrypt,
): Promise<CryptoKey> {
  const raw = await scrypt(utf8(passphrase.normalize('NFC')), bytesOf(salt), {
    ...{ N: 2 ** logN, r, p, dkLen: KEY_BYTES },
  });
  return crypto.subtle.importKey('raw', bytes(raw), 'AES-GCM', false, ['encrypt', 'decrypt']);
}

const bytes = (view: Uint8Array): Uint8Array<ArrayBuffer> => Uint8Array.from(view);

/** @throws SignerError `VAULT_MALFORMED` */
function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  try {
    return bytes(fromBase64url(text));
  } catch (cause) {
    throw new SignerError('VAULT_MALFORMED', 'A part of the file is not base64url', { cause });
  }
}

export const randomBytes = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length));
