/** Shapes of the files in `spec/vectors/{valid,invalid}/crypto`, told apart by `type`; documented in `spec/crypto.md`. */
export type Ed25519Vector = {
  type: 'ed25519';
  description: string;
  /** Raw bytes in hexadecimal. */
  publicKey: string;
  message: string;
  signature: string;
  /** Where it is from, if not from here. */
  source?: string;
  /** Valid ones that can be signed again. */
  seed?: string;
  /** Invalid ones: which check has to refuse, the byte comparisons or the equation. */
  refusedBy?: 'pre-check' | 'equation';
};

export type JwsVector = {
  type: 'jws';
  description: string;
  token: string;
  /** base64url of the raw key, as on the wire. */
  publicKey: string;
  /** Invalid ones: a CryptoErrorCode, or `SIGNATURE_INVALID` when only the signature gives it away. */
  code?: string;
};

export type TextVector = {
  type: 'base64url' | 'json';
  description: string;
  text: string;
  /** Valid base64url: the bytes in hexadecimal. */
  bytes?: string;
  /** Valid JSON: its canonical form. */
  canonical?: string;
  code?: string;
};

export type ThumbprintVector = {
  type: 'thumbprint';
  description: string;
  curve: 'Ed25519' | 'X25519';
  publicKey: string;
  kid: string;
};

/** Bytes in hexadecimal, here and below. */
export type X25519Vector = {
  type: 'x25519';
  description: string;
  source: string;
  privateKey: string;
  publicKey: string;
  /** Valid ones. */
  sharedSecret?: string;
  /** Invalid ones: as what is sealed with such a key is refused. */
  code?: string;
};

export type AesGcmVector = {
  type: 'aes-gcm';
  description: string;
  source: string;
  key: string;
  aad: string;
  /** iv ‖ ciphertext ‖ tag. */
  sealed: string;
  /** Valid ones. */
  plaintext?: string;
  code?: string;
};

export type HmacVector = {
  type: 'hmac';
  description: string;
  source: string;
  key: string;
  message: string;
  mac: string;
};

export type CryptoVector =
  Ed25519Vector | JwsVector | TextVector | ThumbprintVector | X25519Vector | AesGcmVector | HmacVector;
