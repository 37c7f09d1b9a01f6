/** `typ` of a frame's JWS header. */
export const FRAME_TYP = 'careledger.frame+jws';

/** One measurement: measured time (RFC 3339), LOINC code, value, UCUM unit. */
export type FrameReading = {
  readonly t: string;
  readonly code: string;
  readonly value: number;
  readonly unit: string;
};

/** What a device signs: the next link of its own hash chain. */
export type FramePayload = {
  readonly v: 1;
  /** Name that the gateway gave to this run of the counter, at pairing and after a reset. */
  readonly epoch: string;
  /** Counts the frames of an epoch from 0. */
  readonly seq: number;
  /** Leaf hash of the frame before, or {@link frameOrigin} for `seq` 0. base64url. */
  readonly prev: string;
  /** The device's clock when it sent, RFC 3339. */
  readonly sent: string;
  readonly readings: readonly FrameReading[];
};

/** A reading with its measured time also as milliseconds since 1970. */
export type TimedReading = FrameReading & { readonly timeMs: number };

/** A frame whose form is right. Neither its signature nor its link in the chain is checked yet. */
export type Frame = Omit<FramePayload, 'readings'> & {
  readonly readings: readonly TimedReading[];
  readonly sentMs: number;
  /** Key ID that the frame claims to be signed with. */
  readonly kid: string;
  /** What the signature covers. */
  readonly signingInput: Uint8Array;
  readonly signature: Uint8Array;
};
