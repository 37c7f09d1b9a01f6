import { DeviceId, PublicKey, Timestamp } from '@careledger/domain';
import { Type, type Static } from 'typebox';

const BLOCKS_MAX = 200;
const Head = Type.Object({ height: Type.Integer(), hash: Type.String() });

export const ChainView = Type.Object({
  head: Head,
  /** Genesis included. */
  blocks: Type.Integer(),
  /** Frames in the block that is still open. */
  openFrames: Type.Integer(),
  anchored: Type.Union([Head, Type.Null()]),
  anchoredAt: Type.Optional(Timestamp),
  /** Why the ledger takes no more anchors of it, e.g. CHAIN_FORKED. */
  fault: Type.Optional(Type.String()),
});
export type ChainView = Static<typeof ChainView>;

export const BlocksQuery = Type.Object({
  from: Type.Integer({ minimum: 0, default: 0 }),
  limit: Type.Integer({ minimum: 1, maximum: BLOCKS_MAX, default: 50 }),
});
export type BlocksQuery = Static<typeof BlocksQuery>;

export const BlocksPage = Type.Object({
  blocks: Type.Array(Type.Object({ hash: Type.String(), block: Type.Unknown() })),
});
export type BlocksPage = Static<typeof BlocksPage>;

const BLOCKS_OF_FRAMES_MAX = 64;

export const FramesQuery = Type.Object({
  /** Height of the first block; as the page before returned it. */
  from: Type.Integer({ minimum: 0, default: 0 }),
  /** Blocks at most. A page ends earlier after 4 MiB of frames. */
  limit: Type.Integer({ minimum: 1, maximum: BLOCKS_OF_FRAMES_MAX, default: 16 }),
});
export type FramesQuery = Static<typeof FramesQuery>;

const RawFrame = Type.Object({
  height: Type.Integer(),
  /** Position among the leaves of its block. */
  index: Type.Integer(),
  leaf: Type.String(),
  receivedAt: Timestamp,
  /** As the device signed it; absent once it is erased, and so is its device. */
  jws: Type.Optional(Type.String()),
  deviceId: Type.Optional(DeviceId),
  /** Of the device, raw, base64url: what the signature is checked with. */
  deviceKey: Type.Optional(PublicKey),
});
export type RawFrame = Static<typeof RawFrame>;

export const FramesPage = Type.Object({
  frames: Type.Array(RawFrame),
  /** Where the next page begins; absent after the last sealed block. */
  next: Type.Optional(Type.Integer()),
});
export type FramesPage = Static<typeof FramesPage>;

export const VerificationView = Type.Object({ report: Type.Unknown(), anchorsOnLedger: Type.Integer() });
export type VerificationView = Static<typeof VerificationView>;

export const ProofQuery = Type.Object({
  deviceId: DeviceId,
  /** Counter of the frame, in the device's present epoch. */
  seq: Type.Integer({ minimum: 0 }),
  reading: Type.Integer({ minimum: 0, default: 0 }),
});
export type ProofQuery = Static<typeof ProofQuery>;
