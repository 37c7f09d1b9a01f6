export { alteredBytes, alteredText } from './altered.js';
export { jsonObject } from './json-value.js';
export type {
  AesGcmVector,
  CryptoVector,
  Ed25519Vector,
  HmacVector,
  JwsVector,
  TextVector,
  ThumbprintVector,
  X25519Vector,
} from './vectors.js';
