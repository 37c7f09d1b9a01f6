/** Every bound of this package, defined once; `spec/private-chain.md` repeats them in words. */

/** Bytes of a frame's compact JWS, as an MQTT payload or HTTP body carries it. */
export const MAX_FRAME_BYTES = 65_536;
/** Readings that share one device signature. */
export const MAX_READINGS_PER_FRAME = 512;
/** Counter of a device within an epoch: 30 years at two frames a second stay below it. */
export const MAX_FRAME_SEQ = 2 ** 31 - 1;
/** Milliseconds since a device's boot: 34 years. */
export const MAX_UP_MS = 2 ** 40;
/** Bytes of a hello's compact JWS. */
export const MAX_HELLO_BYTES = 1_024;
/** Characters of the nonce that a hello carries. */
export const MAX_NONCE_CHARS = 128;
/** Frames that one gap may skip: half a year at one frame a second. A wider jump is a broken counter. */
export const MAX_GAP_FRAMES = 2 ** 24;
/** Gaps of a device that can still be filled; opening one more gives up the oldest. Bounds the device's state. */
export const MAX_OPEN_GAPS = 64;

/** Leaves of a Merkle tree: sizes and indexes stay 32-bit integers. */
export const MAX_TREE_LEAVES = 2 ** 30;
/** Bytes of a block's canonical JSON: two of them fit into a `ReportFork`. The next four bounds keep any block below. */
export const MAX_BLOCK_BYTES = 65_536;
/** Frames of a block. */
export const MAX_FRAMES_PER_BLOCK = 1_024;
/** Leaves that one erasure block names. */
export const MAX_ERASED_PER_BLOCK = 512;
/** Signed statements that a rekey block embeds. */
export const MAX_STATEMENTS_PER_BLOCK = 6;
/** Characters of one embedded statement. */
export const MAX_STATEMENT_BYTES = 8_192;
/** Leading zero bits that a genesis may ask for: more could not be mined in a lifetime. */
export const MAX_DIFFICULTY_BITS = 64;

/** Bytes of a proof file. */
export const MAX_PROOF_BYTES = 16_777_216;
/** Blocks from the frame's block to the anchored head. At an anchor an hour and a block a minute there are 60. */
export const MAX_PROOF_BLOCKS = 4_096;
/** Genesis and rekey blocks in a proof: one for every change of keys in a patient's life. */
export const MAX_PROOF_KEY_BLOCKS = 256;
/** Bytes of the transaction's envelope: Fabric's default of `AbsoluteMaxBytes` for a whole block is 10 MiB. */
export const MAX_ENVELOPE_BYTES = 10_485_760;
/** Attestations in a proof. */
export const MAX_ATTESTATIONS = 64;
