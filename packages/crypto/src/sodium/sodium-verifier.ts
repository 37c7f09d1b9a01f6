import sodium from 'sodium-native';
import { CryptoError, ed25519Acceptable, fromHex, utf8 } from '../portable/index.js';
import type { SignatureVerifier } from '../portable/index.js';

/**
 * Verifier on libsodium: about twice as fast as node:crypto, for gateways and providers. A native add-on, so chaincode must not
 * import it.
 * @throws CryptoError `VERIFIER_UNSOUND` when the libsodium at hand would give other answers than the rule
 */
export function sodiumVerifier(): SignatureVerifier {
  const verifier: SignatureVerifier = {
    verify: (publicKey, message, signature) =>
      ed25519Acceptable(publicKey, signature) &&
      sodium.crypto_sign_verify_detached(signature, message, publicKey),
  };
  assertCofactorless(verifier);
  return verifier;
}

/**
 * R carries a component of order 8, so that only the cofactored equation holds (RFC 8032 section 5.1.7 allows both).
 * Which one a libsodium uses depends on its version and build; ours has to be the cofactorless one.
 * The same case is in spec/vectors/invalid/crypto.
 */
const COFACTORED_ONLY = {
  publicKey: fromHex('88aa55e6afeed8960a3191de78600347db8acd0a3795412f275f049b86260488'),
  signature: fromHex(
    '5b61c2e3b93e6c06450f327ea72cdfeb8cde6aa020d2dd827ab3f86e708c839314c1fd128c9739bbb9c5cb0ff1fa1cec6454edae34de6ab5baf972dd56d0940d',
  ),
  message: utf8('careledger cofactored only'),
};

function assertCofactorless(verifier: SignatureVerifier): void {
  if (verifier.verify(COFACTORED_ONLY.publicKey, COFACTORED_ONLY.message, COFACTORED_ONLY.signature)) {
    throw new CryptoError(
      'VERIFIER_UNSOUND',
      'This libsodium accepts signatures that the Ed25519 rule refuses',
    );
  }
}
