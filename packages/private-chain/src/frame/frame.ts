/** `typ` of a frame's JWS header. */
export const FRAME_TYP = 'careledger.frame+jws';

/** One measurement of a v 1 frame: measured time (RFC 3339), LOINC code, value, UCUM unit. */
export type FrameReading = {
  readonly t: string;
  readonly code: string;
  readonly value: number;
  readonly unit: string;
};

/** Beyond the instrument's range: the value is its bound (FHIR `Quantity.comparator`). */
export type Comparator = '<' | '>';

/** One measurement of a v 2 frame of a device with a clock. */
export type ClockReading = FrameReading & { readonly comparator?: Comparator };

/** One measurement of a device without a clock: `up` instead of `t`, milliseconds since the boot that the frame names. */
export type BootReading = Omit<ClockReading, 't'> & { readonly up: number };

/** Who signs: the instrument itself, or a program that reads from one (an app, an importer). */
export type FrameBy = 'device' | 'agent';

/**
 * Says that a counter stays without readings: the gateway refused the frame that had it. Whatever links to that frame
 * links to this one from now on.
 */
export type VoidedFrame = {
  /** Leaf of the refused frame: what the frame after it names as its `prev`. base64url. */
  readonly leaf: string;
  /** The code with which it was refused, or the device's own in the same form. */
  readonly reason: string;
};

/** What places a frame in its device's chain. */
type FrameLink = {
  /** Name that the gateway gave to this run of the counter, at pairing and after a reset. */
  readonly epoch: string;
  /** Counts the frames of an epoch from 0. */
  readonly seq: number;
  /** Leaf hash of the frame before, or {@link frameOrigin} for `seq` 0. base64url. */
  readonly prev: string;
};

/** What a device of the first version signs: the next link of its own hash chain. */
export type FramePayloadV1 = FrameLink & {
  readonly v: 1;
  /** The device's clock when it sent, RFC 3339. */
  readonly sent: string;
  readonly readings: readonly FrameReading[];
};

type FrameV2 = FrameLink & { readonly v: 2; readonly by: FrameBy };
/** The device's clock when it sent, RFC 3339. */
type SentByClock = { readonly sent: string };
/** A device without a clock: the name of this run of its counter, drawn at random at its start, and how far it is. */
type SentSinceBoot = { readonly boot: string; readonly up: number };

export type FramePayloadV2 =
  | (FrameV2 & SentByClock & { readonly readings: readonly ClockReading[] })
  | (FrameV2 & SentSinceBoot & { readonly readings: readonly BootReading[] })
  | (FrameV2 & (SentByClock | SentSinceBoot) & { readonly void: VoidedFrame });

/** What a device signs. Versions mix within a chain. */
export type FramePayload = FramePayloadV1 | FramePayloadV2;

/** A reading as read: one of `t` and `up` is there. */
export type TimedReading = {
  readonly t: string | undefined;
  readonly up: number | undefined;
  /** `t` as milliseconds since 1970, or `up`: milliseconds since the device's boot. */
  readonly timeMs: number;
  readonly code: string;
  readonly value: number;
  readonly unit: string;
  readonly comparator: Comparator | undefined;
};

/** A frame whose form is right. Neither its signature nor its link in the chain is checked yet. */
export type Frame = FrameLink & {
  readonly v: 1 | 2;
  /** v 1 does not say. */
  readonly by: FrameBy | undefined;
  readonly sent: string | undefined;
  /** `sent` as milliseconds since 1970. */
  readonly sentMs: number | undefined;
  /** Instead of `sent`: the device's boot, and milliseconds since. */
  readonly boot: string | undefined;
  readonly up: number | undefined;
  /** None in a void frame. */
  readonly readings: readonly TimedReading[];
  readonly void: VoidedFrame | undefined;
  /** Key ID that the frame claims to be signed with. */
  readonly kid: string;
  /** What the signature covers. */
  readonly signingInput: Uint8Array;
  readonly signature: Uint8Array;
};
