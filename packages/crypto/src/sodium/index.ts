export { sodiumSigner } from './sodium-signer.js';
export { sodiumVerifier } from './sodium-verifier.js';
export { x25519OfEd25519 } from './x25519-of-ed25519.js';
