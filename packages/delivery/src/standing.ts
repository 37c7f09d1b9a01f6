/** A version by its record and number, its author and its content. */
export interface VersionId {
  readonly recordId: string;
  readonly version: number;
  /** Patient or authority. */
  readonly author: string;
  readonly manifestHash: string;
}

/**
 * Whose version a ledger has under a version's record and number.
 *
 * - `absent`: none, as far as this peer knows
 * - `ours`: this very version: an answer was lost
 * - `own-other-version`: the author's own, with other content: this store has forgotten it
 * - `foreign`: somebody else's
 */
export type Standing<State extends VersionId = VersionId> =
  | { readonly outcome: 'absent' }
  | { readonly outcome: 'ours' | 'own-other-version' | 'foreign'; readonly found: State };

/** Decides by author and content. That something stands there is never enough: whoever was first may have put it. */
export function standingOf<State extends VersionId>(
  version: VersionId,
  found: State | undefined,
): Standing<State> {
  if (found?.recordId !== version.recordId || found.version !== version.version) return { outcome: 'absent' };
  if (found.author !== version.author) return { outcome: 'foreign', found };
  return found.manifestHash === version.manifestHash
    ? { outcome: 'ours', found }
    : { outcome: 'own-other-version', found };
}

/** The ledger has somebody else's version under this one's number: refused, and worth a look. */
export const RECORD_FOREIGN = 'RECORD_FOREIGN';
/** The ledger has the author's own version with other content under this one's number. */
export const RECORD_OTHER_VERSION = 'RECORD_OTHER_VERSION';
