import { useState } from 'preact/hooks';
import { SignerError, printable } from '../core/index.js';

/** One thing at a time, with what became of it. */
export interface Action {
  readonly isBusy: boolean;
  readonly failure: string | undefined;
  /** Does it, and says what failed; never throws. */
  readonly run: (work: () => Promise<void>) => void;
}

/** Of the whole page: two at once would take one number, swap the sentence that is read, or keep the older file last. */
let last: Promise<void> = Promise.resolve();

export function useAction(): Action {
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string>();
  const run = (work: () => Promise<void>): void => {
    setBusy(true);
    setFailure(undefined);
    last = last
      .then(work)
      .catch((error: unknown) => setFailure(said(error)))
      .finally(() => setBusy(false));
  };
  return { isBusy, failure, run };
}

/** What others say is shown without what could turn it round. */
function said(error: unknown): string {
  if (error instanceof SignerError) return printable(`${error.code}: ${error.message}`);
  return printable(error instanceof Error ? error.message : String(error));
}
