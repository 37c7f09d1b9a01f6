import { fromBase64url, toBase64url } from '@careledger/crypto/portable';
import type { Block } from './block.js';
import { blockHashBytes } from './hash.js';
import { checkBlockForm } from './parse.js';
import type { Verification } from './statement.js';

/** Proof that a gateway signed two histories: keep it, it convicts without further context. */
export type ForkEvidence = {
  readonly patientId: string;
  readonly height: number;
  /** Hashes of the two blocks, base64url, in the order of `blocks`. */
  readonly hashes: readonly [string, string];
  readonly blocks: readonly [Block, Block];
};

/**
 * Two different blocks of one patient at one height, both signed with the patient's gateway keys.
 * @param gatewayKeys keys that were in force, raw Ed25519 in base64url
 * @returns undefined if the two do not prove a fork
 * @throws ChainError `BLOCK_MALFORMED` if one of them is no block
 */
export function detectFork(
  blockA: Block,
  blockB: Block,
  gatewayKeys: readonly string[],
  { hash, verifier }: Verification,
): ForkEvidence | undefined {
  const blocks = [checkBlockForm(blockA), checkBlockForm(blockB)] as const;
  const [{ patientId, height }] = blocks;
  if (blocks[1].patientId !== patientId || blocks[1].height !== height) return undefined;
  const [hashA, hashB] = [blockHashBytes(blockA, hash), blockHashBytes(blockB, hash)];
  const hashes = [toBase64url(hashA), toBase64url(hashB)] as const;
  if (hashes[0] === hashes[1]) return undefined;
  const isSigned = (bytes: Uint8Array, { sig }: Block): boolean =>
    gatewayKeys.some((key) => verifier.verify(fromBase64url(key), bytes, fromBase64url(sig)));
  return isSigned(hashA, blockA) && isSigned(hashB, blockB)
    ? { patientId, height, hashes, blocks }
    : undefined;
}
