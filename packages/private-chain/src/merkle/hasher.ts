import { concatBytes, fromBase64url, toBase64url, utf8 } from '@careledger/crypto/portable';
import type { HashFunction } from '@careledger/crypto/portable';

/** Domain separation of RFC 6962 section 2.1: no inner node can pass for a leaf. */
export const LEAF_PREFIX = 0x00;
export const NODE_PREFIX = 0x01;

/**
 * The hashes of RFC 6962 section 2.1 over base64url text, the form in which blocks, frames and stores carry them.
 * There is a portable one ({@link merkleHasher}) and a faster one on node:crypto (`nodeMerkleHasher`).
 */
export interface MerkleHasher {
  /** SHA-256(0x00 ‖ data); text stands for its ASCII bytes. */
  leaf(data: string | Uint8Array): string;
  /** SHA-256(0x01 ‖ left ‖ right). */
  node(left: string, right: string): string;
  /** Root of the tree without leaves: SHA-256 of nothing. */
  readonly emptyRoot: string;
}

/** A hasher on any SHA-256, for example a browser's. */
export function merkleHasher(hash: HashFunction): MerkleHasher {
  return {
    leaf: (data) =>
      toBase64url(
        hash(concatBytes(Uint8Array.of(LEAF_PREFIX), typeof data === 'string' ? utf8(data) : data)),
      ),
    node: (left, right) =>
      toBase64url(hash(concatBytes(Uint8Array.of(NODE_PREFIX), fromBase64url(left), fromBase64url(right)))),
    emptyRoot: toBase64url(hash(new Uint8Array(0))),
  };
}
