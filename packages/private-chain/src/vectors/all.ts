import type { VectorKind } from '@careledger/spec';
import { invalidChains, invalidForks, validChains, validForks } from './chains.js';
import { invalidDeviceChains, validDeviceChains } from './device-chains.js';
import { invalidFrames, validFrames } from './frames.js';
import { invalidMerkle, validMerkle } from './merkle.js';
import { invalidProofs, validProofs } from './proofs.js';
import type { NamedVector } from './types.js';

/** Everything in `spec/vectors/KIND/private-chain`, in the order of the names. */
export function privateChainVectors(kind: VectorKind): NamedVector[] {
  const vectors: NamedVector[] =
    kind === 'valid'
      ? [
          ...validFrames(),
          ...validDeviceChains(),
          ...validMerkle(),
          ...validChains(),
          ...validForks(),
          ...validProofs(),
        ]
      : [
          ...invalidFrames(),
          ...invalidDeviceChains(),
          ...invalidMerkle(),
          ...invalidChains(),
          ...invalidForks(),
          ...invalidProofs(),
        ];
  const names = new Set(vectors.map(({ name }) => name));
  if (names.size !== vectors.length) throw new Error('Two vectors share a name');
  return vectors.sort((a, b) => (a.name < b.name ? -1 : 1));
}
