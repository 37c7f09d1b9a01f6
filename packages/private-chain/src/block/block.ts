/** What every block has, whatever its type. */
type BlockOf<Type extends string, Body> = {
  readonly v: 1;
  readonly type: Type;
  readonly patientId: string;
  /** Blocks count from 0, the genesis. */
  readonly height: number;
  /** Hash of the block before, base64url; null for the genesis. */
  readonly prev: string | null;
  /** The gateway's clock, `YYYY-MM-DDTHH:MM:SS.mmmZ`, never before the block before. Advisory: nobody else signs it. */
  readonly time: string;
  readonly body: Body;
  /** Leading zero bits that the block's hash has to have; the genesis fixes it for the whole chain. */
  readonly difficulty: number;
  /** Counted up by the miner until the hash has them; 0 where the difficulty is 0. */
  readonly nonce: number;
  /** Ed25519 by the gateway key over the 32 bytes of the block's hash, base64url. */
  readonly sig: string;
};

/** Opens a chain: whose it is, on which network, and who may sign. */
export type GenesisBody = {
  readonly network: string;
  /** Raw Ed25519 keys, base64url. */
  readonly consentKey: string;
  readonly gatewayKey: string;
  /** The patient's self-signed registration (`careledger.patient+jws`), which appoints the gateway key. */
  readonly registration: string;
  /** Name and version of what sealed it, e.g. `careledger-gateway/0.1.0`. */
  readonly software: string;
};

/** Frames skipped just before a frame of this block. */
export type BlockGap = {
  /** Which frame of this block, from 0. */
  readonly index: number;
  /** Counters between that frame's and the highest before it. */
  readonly missing: number;
};

export type FramesBody = {
  /** RFC 6962 root over the frames' leaf hashes in the order of acceptance, base64url. */
  readonly framesRoot: string;
  readonly frameCount: number;
  /** By ascending index; a gap stays on record when later frames fill it. */
  readonly gaps: readonly BlockGap[];
};

/** Keys in force from this block on, itself included. */
export type RekeyBody = {
  readonly consentKey: string;
  readonly gatewayKey: string;
  /** Rotations (`careledger.rotate-patient-key+jws`) in the order in which they lead from the old keys to these. */
  readonly statements: readonly string[];
};

/** A frame that was deleted; its leaf stays in the store, so that the block still verifies. */
export type ErasedFrame = { readonly height: number; readonly index: number; readonly leaf: string };

/** Why frames were deleted. */
export const ERASURE_REASONS = ['patient-request', 'retention'] as const;
export type ErasureReason = (typeof ERASURE_REASONS)[number];

export type ErasureBody = {
  readonly reason: ErasureReason;
  readonly erased: readonly ErasedFrame[];
  /** What the patient signed with the consent key, for `patient-request`; null for `retention`. */
  readonly statement: string | null;
};

export type GenesisBlock = BlockOf<'genesis', GenesisBody>;
export type FramesBlock = BlockOf<'frames', FramesBody>;
export type RekeyBlock = BlockOf<'rekey', RekeyBody>;
export type ErasureBlock = BlockOf<'erasure', ErasureBody>;
export type Block = GenesisBlock | FramesBlock | RekeyBlock | ErasureBlock;
export type BlockType = Block['type'];

type WithoutSignature<B> = B extends Block ? Omit<B, 'sig'> : never;
/** A block before it is signed. */
export type UnsignedBlock = WithoutSignature<Block>;
/** A type with the body that belongs to it: what there is to seal. */
export type BlockContent = {
  [T in BlockType]: Pick<Extract<Block, { type: T }>, 'type' | 'body'>;
}[BlockType];
