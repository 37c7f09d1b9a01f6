import { invalidEd25519, validEd25519 } from './ed25519.js';
import { invalidJws, validJws } from './jws.js';
import { invalidText, validText } from './text.js';
import type { NamedCryptoVector } from './types.js';

/** Everything in `spec/vectors/KIND/crypto`, made anew; the same bytes each time. */
export function cryptoVectors(kind: 'valid' | 'invalid'): NamedCryptoVector[] {
  const vectors =
    kind === 'valid'
      ? [...validEd25519(), ...validJws(), ...validText()]
      : [...invalidEd25519(), ...invalidJws(), ...invalidText()];
  return vectors.sort((a, b) => (a.name < b.name ? -1 : 1));
}
