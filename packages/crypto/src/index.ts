export * from './portable/index.js';
// Instead of the portable ones.
export { fromBase64url, toBase64url } from './node/base64url.js';
export { hmacSha256, id128Of, randomId128, sha256, sha256Hex } from './node/hash.js';
export { AES_KEY_BYTES, GCM_IV_BYTES, GCM_TAG_BYTES, aesGcmOpen, aesGcmSeal } from './node/aes-gcm.js';
export { secretKey } from './node/secret-key.js';
export { LruMap } from './node/lru-map.js';
export { kidOf, okpPrivateKey, okpPublicKey } from './node/okp.js';
export { generateEd25519, signerFromPkcs8, signerFromSeed } from './node/signer.js';
export type { Signer } from './node/signer.js';
export { generateX25519, x25519FromPrivate } from './node/x25519.js';
export type { X25519KeyPair } from './node/x25519.js';
export { nodeVerifier } from './node/node-verifier.js';
export { signJws } from './node/sign-jws.js';
