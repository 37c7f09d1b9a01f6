/** How far work has come. */
export interface Progress<Result, Stage extends string = string> {
  /** It has ended well: nothing of it is left. */
  readonly isDone: boolean;
  /** In the words of its kind. */
  readonly stage: Stage;
  /** Of `total`; null where it cannot be counted. */
  readonly done: number | null;
  readonly total: number | null;
  /** Why the newest try failed; it is tried again. */
  readonly lastError?: string | null;
  /** What there is of its result. */
  readonly result: Result;
  /** Where the result is found; null where nowhere. */
  readonly resultUrl?: string | null;
}

/** What is waited for. */
export interface Wait<Result> {
  readonly waitMs: number;
  /** Whether so much ends the wait: the end of the work, or less. */
  readonly isEnough: (progress: Progress<Result>) => boolean;
}

/**
 * Looks at work that has durable rows of its own and goes on whoever looks. Resolves when there is enough to tell, or
 * after the time.
 * @param reference names the rows
 * @throws what its request would be refused with: it has ended badly
 */
export type LookAtWork<Result, Stage extends string = string> = (
  reference: string,
  wait: Wait<Result>,
) => Promise<Progress<Result, Stage>>;

/** The wait for the end of work. */
export const untilDone = (waitMs: number): Wait<unknown> => ({ waitMs, isEnough: ({ isDone }) => isDone });
