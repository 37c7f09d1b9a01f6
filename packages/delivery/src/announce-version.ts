import type { ItemResult } from '@careledger/contracts';
import type { Grace } from './grace.js';
import { NotYetError, refusalOfCode } from './refusal.js';
import { RECORD_FOREIGN, RECORD_OTHER_VERSION, standingOf, type VersionId } from './standing.js';

/** A version as a channel has it. */
export interface AnnouncedVersion extends VersionId {
  readonly txId: string;
}

/** What became of an announcement: the caller writes it down. */
export type AnnounceOutcome =
  /** `blockNumber` null: another statement's transaction, which the ledger was asked for. */
  | { readonly outcome: 'announced'; readonly txId: string; readonly blockNumber: number | null }
  /** Somebody else's version is announced under this one's number: refused, and flagged. */
  | { readonly outcome: 'foreign'; readonly code: string; readonly found: AnnouncedVersion }
  | { readonly outcome: 'refused'; readonly code: string };

/** What a service does for a version that is to be announced. */
export interface AnnouncingSide {
  readonly grace: Grace;
  readonly clock: () => number;
  /** Submits the announcement; its failures are tried again. */
  readonly submit: () => Promise<{ readonly item: ItemResult; readonly blockNumber: number }>;
  /** The version as this organisation's own peer has it on `authorities` (`RecordHistory`), whoever put it there. */
  readonly find: () => Promise<AnnouncedVersion | undefined>;
}

/**
 * Announces a stored version.
 * @throws NotYetError, or whatever `submit` and `find` fail with: the same is to be tried again later
 */
export async function announceVersion(version: VersionId, side: AnnouncingSide): Promise<AnnounceOutcome> {
  const outcome = await announce(version, side);
  side.grace.forget(announceGraceKeyOf(version));
  return outcome;
}

async function announce(version: VersionId, side: AnnouncingSide): Promise<AnnounceOutcome> {
  const { item, blockNumber } = await side.submit();
  if (item.code === 'OK') return { outcome: 'announced', txId: item.txId, blockNumber };
  const { code, meaning } = refusalOfCode(item.code);
  switch (meaning) {
    case 'final':
      return { outcome: 'refused', code };
    case 'may-be-there':
      return look(version, side, code);
    case 'premature':
      if (side.grace.isOver(announceGraceKeyOf(version), side.clock())) return { outcome: 'refused', code };
      throw new NotYetError(code);
    default:
      throw new NotYetError(code);
  }
}

/** Announced already: by a statement that was forgotten, or by somebody else. */
async function look(version: VersionId, side: AnnouncingSide, code: string): Promise<AnnounceOutcome> {
  const standing = standingOf(version, await side.find());
  switch (standing.outcome) {
    case 'ours':
      return { outcome: 'announced', txId: standing.found.txId, blockNumber: null };
    case 'own-other-version':
      return { outcome: 'refused', code: RECORD_OTHER_VERSION };
    case 'foreign':
      return { outcome: 'foreign', code: RECORD_FOREIGN, found: standing.found };
    case 'absent':
      // The peer that was asked lags behind.
      throw new NotYetError(code);
  }
}

/** Under which an announcement's grace is counted. */
export const announceGraceKeyOf = ({ recordId, version }: Pick<VersionId, 'recordId' | 'version'>): string =>
  `announce ${recordId}/${version}`;
