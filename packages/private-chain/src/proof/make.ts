import { toBase64url } from '@careledger/crypto/portable';
import type { Block } from '../block/block.js';
import { ProofError } from '../errors.js';
import { parseFrame } from '../frame/parse.js';
import type { InclusionProof } from '../merkle/inclusion.js';
import { checkProofForm } from './parse.js';
import type { Proof } from './proof.js';
import { provedReading } from './reading.js';

export type ProofParts = {
  readonly network: string;
  readonly patientId: string;
  /** The device's compact JWS, and which of its readings is to be proved. */
  readonly frame: string;
  readonly readingIndex: number;
  /** Raw 32 bytes. */
  readonly deviceKey: Uint8Array;
  /** Where the frame lies in its block, from `MerkleTree.path` or a store's packed nodes. */
  readonly inclusion: InclusionProof;
  /** The genesis and every rekey block below the frame's block. */
  readonly keyBlocks: readonly Block[];
  /** The frame's block up to the anchored head. */
  readonly blocks: readonly Block[];
  readonly anchor: string;
  /** Bytes of the Fabric `common.Envelope` that carried the anchor. */
  readonly envelope: Uint8Array;
  readonly attestations: readonly string[];
};

/**
 * Puts a proof together. Checks its form, not its truth: that is `verifyProof`.
 * @throws FrameError for what is no frame, ProofError `PROOF_MALFORMED` for parts that make no proof
 */
export function makeProof(parts: ProofParts): Proof {
  const frame = parseFrame(parts.frame);
  const reading = provedReading(frame, parts.readingIndex);
  if (reading === undefined)
    throw new ProofError('PROOF_MALFORMED', `The frame has no reading ${parts.readingIndex}`);
  return checkProofForm({
    v: frame.v,
    kind: 'careledger.proof',
    network: parts.network,
    patientId: parts.patientId,
    reading,
    frame: { jws: parts.frame, deviceKey: toBase64url(parts.deviceKey), inclusion: parts.inclusion },
    keyBlocks: parts.keyBlocks,
    blocks: parts.blocks,
    anchor: parts.anchor,
    transaction: {
      end: 'attested',
      envelope: toBase64url(parts.envelope),
      attestations: parts.attestations,
    },
  });
}
