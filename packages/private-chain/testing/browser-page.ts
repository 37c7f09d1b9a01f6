import { ed25519 } from '@noble/curves/ed25519.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { verifyProof } from '../src/verify.js';
import type { Proof, ProofReport, TrustRoots } from '../src/verify.js';

/** A page's script, bundled by a test: verifies a proof with the two parameters that a browser brings along. */
const page = globalThis as unknown as {
  readonly proof: string;
  readonly roots: string;
  report?: ProofReport;
};

page.report = verifyProof(JSON.parse(page.proof) as Proof, JSON.parse(page.roots) as TrustRoots, {
  hash: sha256,
  verifier: {
    verify: (publicKey, message, signature) =>
      ed25519.verify(signature, message, publicKey, { zip215: false }),
  },
});
