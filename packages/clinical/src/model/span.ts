/** A stretch of the gateway's time, half-open, milliseconds since the epoch. */
export interface Span {
  readonly from: number;
  /** Null: it lasts. */
  readonly until: number | null;
}

/** A stretch that is over. */
export type ClosedSpan = Span & { readonly until: number };
