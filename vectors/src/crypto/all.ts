import type { CryptoVector } from '@careledger/crypto/testing';
import type { Vector, VectorKind } from '@careledger/spec';
import { invalidEd25519, validEd25519 } from './ed25519.js';
import { invalidJws, validJws } from './jws.js';
import { invalidText, validText } from './text.js';
import { invalidWycheproofAesGcm, validWycheproofAesGcm } from './wycheproof/aes-gcm.js';
import { invalidWycheproofEd25519, validWycheproofEd25519 } from './wycheproof/ed25519.js';
import { validWycheproofHmac } from './wycheproof/hmac.js';
import { invalidWycheproofX25519, validWycheproofX25519 } from './wycheproof/x25519.js';

/** Everything in `spec/vectors/KIND/crypto`. */
export function cryptoVectors(kind: VectorKind): Vector<CryptoVector>[] {
  return kind === 'valid'
    ? [
        ...validEd25519(),
        ...validWycheproofEd25519(),
        ...validWycheproofX25519(),
        ...validWycheproofAesGcm(),
        ...validWycheproofHmac(),
        ...validJws(),
        ...validText(),
      ]
    : [
        ...invalidEd25519(),
        ...invalidWycheproofEd25519(),
        ...invalidWycheproofX25519(),
        ...invalidWycheproofAesGcm(),
        ...invalidJws(),
        ...invalidText(),
      ];
}
