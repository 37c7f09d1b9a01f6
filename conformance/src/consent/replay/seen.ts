/** In which block something lies, and when that was met at the holder's peer, by the holder's time (`HolderTime`). */
export interface Met {
  readonly block: bigint;
  readonly seenMs: number;
}

/** What became of a request for a version, by the ledger. */
export interface SeenAccess extends Met {
  readonly permit: boolean;
  readonly txId: string;
  readonly patientId: string;
  readonly policyVersion: number;
}

/** A change of a patient's policy. */
export interface SeenChange extends Met {
  readonly version: number;
  /** Authorities that are entitled to each version's key from then on, by `recordId`. */
  readonly entitled: ReadonlyMap<string, ReadonlySet<string>>;
}

/** One request for one version: statement ids are their issuer's own. */
export const accessKey = (requester: string, sid: string): string => `${requester} ${sid}`;

/** What a channel has been seen to hold, for those who judge what happened beside it. */
export class Seen {
  /** By `accessKey`. */
  readonly accesses = new Map<string, SeenAccess>();
  /** By patient, oldest first. */
  readonly changes = new Map<string, SeenChange[]>();
  /** The transaction that took a statement, by its id. */
  readonly taken = new Map<string, string>();

  noteChange(patientId: string, change: SeenChange): void {
    const known = this.changes.get(patientId);
    if (known === undefined) this.changes.set(patientId, [change]);
    else known.push(change);
  }

  /** The changes that were there at a time. */
  versionAt(patientId: string, ms: number): number {
    return this.changes.get(patientId)?.findLast(({ seenMs }) => seenMs <= ms)?.version ?? 0;
  }

  /** Whether an authority was entitled to a version's key at any moment between a time and a height. */
  wasEntitled(
    { patientId, recordId, authorityId }: { patientId: string; recordId: string; authorityId: string },
    fromMs: number,
    height: bigint,
  ): boolean {
    const changes = this.changes.get(patientId) ?? [];
    const first = changes.findLastIndex(({ seenMs }) => seenMs <= fromMs);
    return changes
      .slice(Math.max(0, first))
      .filter(({ block }) => block < height)
      .some(({ entitled }) => entitled.get(recordId)?.has(authorityId) === true);
  }
}
