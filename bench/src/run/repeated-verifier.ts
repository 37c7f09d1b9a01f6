import type { SignatureVerifier } from '@careledger/crypto';

/** For controls: asks again and again. */
export function repeated(verifier: SignatureVerifier, times: number): SignatureVerifier {
  if (times === 1) return verifier;
  return {
    verify: (publicKey, message, signature) => {
      let isValid = true;
      for (let n = 0; n < times; n++) isValid = verifier.verify(publicKey, message, signature) && isValid;
      return isValid;
    },
  };
}
