/** Observations that a tour makes, besides one in a transaction. */
export const WEIGHTS = 3;

/** What a tour is of: an authority that a patient lets read, write, modify, and keep a copy for the token's unit. */
export interface TourOptions {
  /** Of the authority's api. */
  readonly url: string;
  readonly token: string;
  readonly patientId: string;
}

/** What was seen, step by step, as `tour.py` has it. */
export type Seen = Readonly<Record<string, unknown>>;
