import { hash } from 'node:crypto';
import { sha256 } from '@careledger/crypto';
import type { Signer } from '@careledger/crypto';
import type { CompactRange } from '../merkle/compact-range.js';
import type {
  Block,
  BlockContent,
  BlockGap,
  FramesBody,
  GenesisBlock,
  GenesisBody,
  UnsignedBlock,
} from './block.js';
import type { ChainState } from './check-append.js';
import { formerKeysAfter } from './keys.js';
import { blockPreimage, madeFramesPreimage } from './hash.js';
import { mine } from './mine.js';

/** A block, signed, and the state of the chain that ends with it. */
export type Sealed<B extends Block = Block> = { readonly block: B; readonly state: ChainState };

export type GenesisParameters = {
  readonly patientId: string;
  /** The gateway's clock, milliseconds since 1970. */
  readonly timeMs: number;
  /** Leading zero bits that every block of the chain will need; 0 in production. */
  readonly difficulty: number;
  readonly body: GenesisBody;
};

/** Opens a chain. `signer` holds the gateway key that the body names. */
export function sealGenesis(parameters: GenesisParameters, signer: Signer): Sealed<GenesisBlock> {
  const { patientId, timeMs, difficulty, body } = parameters;
  const time = new Date(timeMs).toISOString();
  const unsigned: UnsignedBlock = {
    v: 1,
    type: 'genesis',
    patientId,
    height: 0,
    prev: null,
    time,
    body,
    difficulty,
    nonce: 0,
  };
  const { block, head } = seal(unsigned, signer);
  const { network, consentKey, gatewayKey } = body;
  const state = { patientId, network, difficulty, height: 0, head, time, consentKey, gatewayKey };
  return { block: block as GenesisBlock, state };
}

/**
 * Seals the next block. Trusts its caller, who has checked every frame; `checkAppend` is the check for everybody else.
 * Mines on the calling thread where the chain has a difficulty. A clock that went back is held at the block before.
 * @param timeMs the gateway's clock, milliseconds since 1970
 * @param signer the gateway key in force; for a rekey block the new one
 */
export function sealBlock(state: ChainState, content: BlockContent, timeMs: number, signer: Signer): Sealed {
  const now = new Date(timeMs).toISOString();
  const time = now < state.time ? state.time : now;
  const { patientId, difficulty } = state;
  const height = state.height + 1;
  const unsigned = {
    v: 1,
    patientId,
    height,
    prev: state.head,
    time,
    difficulty,
    nonce: 0,
    ...content,
  } as const;
  const { block, head } = seal(unsigned as UnsignedBlock, signer);
  const keys = content.type === 'rekey' ? content.body : state;
  const { consentKey, gatewayKey } = keys;
  const former = formerKeysAfter(state, consentKey);
  return { block, state: { ...state, height, head, time, consentKey, gatewayKey, ...former } };
}

/** Body of a frames block from the open block's running tree: nothing is hashed again. */
export function framesBody(range: CompactRange, gaps: readonly BlockGap[] = []): FramesBody {
  return { framesRoot: range.root(), frameCount: range.size, gaps };
}

function seal(unsigned: UnsignedBlock, signer: Signer): { block: Block; head: string } {
  const mined = mine(unsigned, { hash: sha256 }) ?? unsigned;
  const preimage = mined.type === 'frames' ? madeFramesPreimage(mined) : blockPreimage(mined);
  const head = hash('sha256', preimage, 'base64url');
  const sig = Buffer.from(signer.sign(Buffer.from(head, 'base64url'))).toString('base64url');
  return { block: { ...mined, sig } as Block, head };
}
