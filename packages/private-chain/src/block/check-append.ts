import { fromBase64url, toBase64url } from '@careledger/crypto/portable';
import { ChainError } from '../errors.js';
import { merkleHasher } from '../merkle/hasher.js';
import type { Block, ErasureBlock, FramesBlock, GenesisBlock } from './block.js';
import { isFramesRoot } from './frames-root.js';
import { blockHashBytes, leadingZeroBits } from './hash.js';
import { formerKeysAfter, keysOfGenesis, keysOfRekey } from './keys.js';
import type { ChainKeys, FormerKeys } from './keys.js';
import { checkBlockForm } from './parse.js';
import { STATEMENT_TYP, readStatement } from './statement.js';
import type { Verification } from './statement.js';

/** All that the next block is checked against. Plain JSON. */
export type ChainState = ChainKeys &
  FormerKeys & {
    readonly patientId: string;
    readonly network: string;
    readonly difficulty: number;
    readonly height: number;
    /** Hash of the newest block, base64url. */
    readonly head: string;
    readonly time: string;
  };

export type AppendOptions = Verification & {
  /** Leaf hashes of a frames block in order: with them, its root is recomputed. */
  readonly leaves?: readonly string[];
};

/**
 * The append rule of a patient's chain. Pure: gives the state after the block, and throws if it cannot follow.
 * @param state null for the genesis
 * @throws ChainError with the code of the first rule that is broken
 */
export function checkAppend(state: ChainState | null, candidate: Block, options: AppendOptions): ChainState {
  const block = checkBlockForm(candidate);
  if (block.type === 'genesis') return checkGenesis(state, block, options);
  if (state === null) throw new ChainError('GENESIS_INVALID', 'A chain begins with a genesis block');
  checkPosition(state, block);
  const keys = block.type === 'rekey' ? keysOfRekey(state, block, options) : state;
  const head = checkSeal(block, keys.gatewayKey, options);
  if (block.type === 'frames') checkFramesRoot(block, options);
  if (block.type === 'erasure') checkErasure(state, block, options);
  return nextState(state, block, { ...keys, ...formerKeysAfter(state, keys.consentKey) }, head);
}

function checkGenesis(state: ChainState | null, block: GenesisBlock, options: Verification): ChainState {
  if (state !== null) throw new ChainError('GENESIS_INVALID', 'A chain has one genesis');
  const keys = keysOfGenesis(block, options);
  const head = checkSeal(block, keys.gatewayKey, options);
  const { patientId, difficulty, body } = block;
  return nextState({ patientId, network: body.network, difficulty }, block, keys, head);
}

function checkPosition(state: ChainState, block: Block): void {
  if (block.patientId !== state.patientId) {
    throw new ChainError(
      'PATIENT_MISMATCH',
      `A block of ${block.patientId} in the chain of ${state.patientId}`,
    );
  }
  if (block.height !== state.height + 1) {
    throw new ChainError('HEIGHT_MISMATCH', `Block ${block.height} cannot follow block ${state.height}`);
  }
  if (block.prev !== state.head) {
    throw new ChainError('PREV_HASH_MISMATCH', `Block ${block.height} follows another block ${state.height}`);
  }
  if (block.time < state.time) {
    throw new ChainError('TIME_DECREASED', `Block ${block.height} is dated before block ${state.height}`);
  }
  if (block.difficulty !== state.difficulty) {
    throw new ChainError(
      'DIFFICULTY_MISMATCH',
      `The genesis asks for ${state.difficulty} leading zero bits, block ${block.height} for ${block.difficulty}`,
    );
  }
}

/** Difficulty and signature. Returns the block's hash, base64url. */
function checkSeal(block: Block, gatewayKey: string, { hash, verifier }: Verification): string {
  const bytes = blockHashBytes(block, hash);
  if (leadingZeroBits(bytes) < block.difficulty) {
    throw new ChainError(
      'DIFFICULTY_NOT_MET',
      `The hash of block ${block.height} has ${leadingZeroBits(bytes)} leading zero bits of ${block.difficulty}`,
    );
  }
  if (!verifier.verify(fromBase64url(gatewayKey), bytes, fromBase64url(block.sig))) {
    throw new ChainError(
      'BLOCK_SIGNATURE_INVALID',
      `Block ${block.height} is not signed by the gateway key in force`,
    );
  }
  return toBase64url(bytes);
}

function checkFramesRoot({ height, body }: FramesBlock, { leaves, hash }: AppendOptions): void {
  if (leaves !== undefined && !isFramesRoot(body, leaves, merkleHasher(hash))) {
    throw new ChainError('FRAMES_ROOT_MISMATCH', `The frames of block ${height} do not make its framesRoot`);
  }
}

/** What the patient asked for carries the consent key's signature, so that a stolen gateway key cannot ask. */
function checkErasure(state: ChainState, { height, body }: ErasureBlock, options: Verification): void {
  for (const frame of body.erased) {
    if (frame.height >= height) {
      throw new ChainError('ERASURE_UNPROVEN', `Block ${height} erases a frame of block ${frame.height}`);
    }
  }
  if (body.statement === null) return;
  const expected = {
    typ: STATEMENT_TYP.erasure,
    issuer: state.patientId,
    network: state.network,
    key: state.consentKey,
  };
  const statement = readStatement(body.statement, expected, options);
  if ('fault' in statement) {
    throw new ChainError(
      'ERASURE_UNPROVEN',
      `The patient's statement in block ${height}: ${statement.fault}`,
    );
  }
}

function nextState(
  { patientId, network, difficulty }: Pick<ChainState, 'patientId' | 'network' | 'difficulty'>,
  { height, time }: Block,
  { consentKey, gatewayKey, formerConsentKeys }: ChainKeys & FormerKeys,
  head: string,
): ChainState {
  const former = formerConsentKeys === undefined ? {} : { formerConsentKeys };
  return { patientId, network, difficulty, height, head, time, consentKey, gatewayKey, ...former };
}
