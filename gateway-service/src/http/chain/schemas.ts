import { DeviceId, PublicKey, Timestamp } from '@careledger/domain';
import { MAX_FRAME_SEQ } from '@careledger/private-chain';
import { Next, jobOf, pageQuery, type JobWords } from '@careledger/service-kit';
import { Type, type Static } from 'typebox';

const BLOCKS_MAX = 200;
const BLOCKS_DEFAULT = 50;
const Head = Type.Object({ height: Type.Integer(), hash: Type.String() }, { title: 'ChainHead' });

export const ChainView = Type.Object(
  {
    head: Head,
    /** Genesis included. */
    blocks: Type.Integer(),
    /** Frames in the block that is still open. */
    openFrames: Type.Integer(),
    anchored: Type.Union([Head, Type.Null()]),
    anchoredAt: Type.Optional(Timestamp),
    /** Why the ledger takes no more anchors of it, e.g. CHAIN_FORKED. */
    fault: Type.Optional(Type.String()),
  },
  { title: 'ChainView' },
);
export type ChainView = Static<typeof ChainView>;

export const BlocksQuery = Type.Object({
  /** Height of the first block; a cursor says it better. */
  from: Type.Integer({ minimum: 0, default: 0 }),
  ...pageQuery({ byDefault: BLOCKS_DEFAULT, max: BLOCKS_MAX }),
});
export type BlocksQuery = Static<typeof BlocksQuery>;

export const BlocksPage = Type.Object({
  blocks: Type.Array(Type.Object({ hash: Type.String(), block: Type.Unknown() })),
  next: Next,
});
export type BlocksPage = Static<typeof BlocksPage>;

const BLOCKS_OF_FRAMES_MAX = 64;
const BLOCKS_OF_FRAMES_DEFAULT = 16;

export const FramesQuery = Type.Object({
  /** In blocks. A page ends earlier, with a whole block, after 4 MiB of frames. */
  ...pageQuery({ byDefault: BLOCKS_OF_FRAMES_DEFAULT, max: BLOCKS_OF_FRAMES_MAX }),
});
export type FramesQuery = Static<typeof FramesQuery>;

const RawFrame = Type.Object(
  {
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
  },
  { title: 'RawFrame' },
);
export type RawFrame = Static<typeof RawFrame>;

export const FramesPage = Type.Object({
  frames: Type.Array(RawFrame),
  next: Next,
});
export type FramesPage = Static<typeof FramesPage>;

export const VerificationView = Type.Object(
  { report: Type.Unknown(), anchorsOnLedger: Type.Integer() },
  { title: 'VerificationView' },
);
export type VerificationView = Static<typeof VerificationView>;
/** Its result is there when it has ended. */
export const VerificationJob = jobOf('VerificationJob', Type.Union([VerificationView, Type.Null()]));
export const VERIFICATION = { kind: 'verification', stages: ['blocks'] } as const satisfies JobWords;

export const ProofQuery = Type.Object({
  deviceId: DeviceId,
  /** The device's epoch; the present one unless named. */
  epoch: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_-]{1,32}$' })),
  /** Counter of the frame in its epoch. */
  seq: Type.Integer({ minimum: 0, maximum: MAX_FRAME_SEQ }),
  /** Index of the reading in its frame. */
  reading: Type.Integer({ minimum: 0, default: 0 }),
});
export type ProofQuery = Static<typeof ProofQuery>;
