import { invalidEd25519, validEd25519 } from './ed25519.js';
import { invalidJws, validJws } from './jws.js';
import { invalidText, validText } from './text.js';
import type { NamedCryptoVector } from './types.js';
import { invalidWycheproofAesGcm, validWycheproofAesGcm } from './wycheproof/aes-gcm.js';
import { invalidWycheproofEd25519, validWycheproofEd25519 } from './wycheproof/ed25519.js';
import { validWycheproofHmac } from './wycheproof/hmac.js';
import { invalidWycheproofX25519, validWycheproofX25519 } from './wycheproof/x25519.js';

const valid = (): NamedCryptoVector[] => [
  ...validEd25519(),
  ...validWycheproofEd25519(),
  ...validWycheproofX25519(),
  ...validWycheproofAesGcm(),
  ...validWycheproofHmac(),
  ...validJws(),
  ...validText(),
];
const invalid = (): NamedCryptoVector[] => [
  ...invalidEd25519(),
  ...invalidWycheproofEd25519(),
  ...invalidWycheproofX25519(),
  ...invalidWycheproofAesGcm(),
  ...invalidJws(),
  ...invalidText(),
];

/** Everything in `spec/vectors/KIND/crypto`, made anew; the same bytes each time. */
export function cryptoVectors(kind: 'valid' | 'invalid'): NamedCryptoVector[] {
  const vectors = kind === 'valid' ? valid() : invalid();
  if (new Set(vectors.map(({ name }) => name)).size !== vectors.length) {
    throw new Error('Two vectors share a name');
  }
  return vectors.sort((a, b) => (a.name < b.name ? -1 : 1));
}
