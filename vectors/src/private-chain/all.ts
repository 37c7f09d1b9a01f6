import type { PrivateChainVector } from '@careledger/private-chain/testing';
import type { Vector, VectorKind } from '@careledger/spec';
import { invalidChains, invalidForks, validChains, validForks } from './chains.js';
import { invalidDeviceChains, validDeviceChains } from './device-chains.js';
import { invalidFramesV2, validFramesV2 } from './frames-v2.js';
import { invalidFrames, validFrames } from './frames.js';
import { invalidHellos, validHellos } from './hellos.js';
import { invalidMerkle, validMerkle } from './merkle.js';
import { invalidProofs, validProofs } from './proofs.js';

/** Everything in `spec/vectors/KIND/private-chain`. */
export function privateChainVectors(kind: VectorKind): Vector<PrivateChainVector>[] {
  return kind === 'valid'
    ? [
        ...validFrames(),
        ...validFramesV2(),
        ...validHellos(),
        ...validDeviceChains(),
        ...validMerkle(),
        ...validChains(),
        ...validForks(),
        ...validProofs(),
      ]
    : [
        ...invalidFrames(),
        ...invalidFramesV2(),
        ...invalidHellos(),
        ...invalidDeviceChains(),
        ...invalidMerkle(),
        ...invalidChains(),
        ...invalidForks(),
        ...invalidProofs(),
      ];
}
