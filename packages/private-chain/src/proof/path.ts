import { elementAt } from '../element-at.js';
import type { Block } from '../block/block.js';
import { checkAppend } from '../block/check-append.js';
import type { ChainState } from '../block/check-append.js';
import type { Verification } from '../block/statement.js';
import { ChainError } from '../errors.js';
import type { Proof } from './proof.js';

/**
 * The state that the genesis and the rekey blocks of a proof lead to. The blocks between them are left out, so their
 * links are not checked here: leaving out a rekey block gains nothing, because the chaincode takes an anchor only
 * under the gateway key that is registered at the time, and the anchor has to be signed by the key found here.
 * @throws ChainError
 */
export function followKeys(
  { keyBlocks }: Proof,
  verification: Verification,
): { state: ChainState; genesisHash: string } {
  const [genesis, ...rekeys] = keyBlocks;
  if (genesis?.type !== 'genesis')
    throw new ChainError('GENESIS_INVALID', 'keyBlocks begin with the genesis');
  let state = checkAppend(null, genesis, verification);
  const genesisHash = state.head;
  for (const block of rekeys) {
    if (block.type !== 'rekey')
      throw new ChainError('REKEY_UNPROVEN', 'keyBlocks go on with rekey blocks only');
    state = checkAppend(before(state, block), block, verification);
  }
  return { state, genesisHash };
}

/** The state at the anchored head. From the frame's block on nothing is left out. @throws ChainError */
export function followBlocks({ blocks }: Proof, keys: ChainState, verification: Verification): ChainState {
  let state = before(keys, elementAt(blocks, 0));
  for (const block of blocks) state = checkAppend(state, block, verification);
  return state;
}

/** The state just before a later block, taken at its word for the blocks left out. */
function before(state: ChainState, block: Block): ChainState {
  if (block.height <= state.height + 1 || block.prev === null) return state;
  return { ...state, height: block.height - 1, head: block.prev };
}
