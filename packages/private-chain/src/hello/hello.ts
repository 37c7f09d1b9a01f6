/** `typ` of a hello's JWS header. */
export const HELLO_TYP = 'careledger.hello+jws';

/**
 * What a device signs after it has connected, so that the gateway can compare clocks: the device's own time, and the
 * nonce that proves that it was signed just now; null to ask for one.
 */
export type HelloPayload = {
  readonly v: 2;
  readonly epoch: string;
  readonly nonce: string | null;
} & (
  | { readonly sent: string }
  /** A device without a clock: the name of this run of its counter, and milliseconds since. */
  | { readonly boot: string; readonly up: number }
);

/** A hello whose form is right. Its signature is not checked yet. */
export type Hello = {
  readonly epoch: string;
  readonly nonce: string | null;
  /** Milliseconds since 1970 by the device's clock; undefined without one. */
  readonly sentMs: number | undefined;
  readonly boot: string | undefined;
  readonly up: number | undefined;
  /** Key ID that the hello claims to be signed with. */
  readonly kid: string;
  readonly signingInput: Uint8Array;
  readonly signature: Uint8Array;
};
