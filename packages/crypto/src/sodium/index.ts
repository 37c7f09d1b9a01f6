export { sodiumSigner } from './sodium-signer.js';
export { sodiumVerifier } from './sodium-verifier.js';
