import type { StoredRecordState } from '@careledger/contracts';
import type { SignatureVerifier } from '@careledger/crypto';
import { EnvelopeError } from '@careledger/envelope';
import type { StoreRecordAnswer } from '@careledger/protocol';
import { readdressed, statementFor, type Addressing } from './addressing.js';
import type { Grace } from './grace.js';
import type { ProviderPool } from './provider-pool.js';
import { checkStoreAnswer, type VersionToStore } from './receipt.js';
import { NotYetError, refusalOfCall, type FailedCall, type Refusal } from './refusal.js';
import { RECORD_FOREIGN, standingOf } from './standing.js';

/** What became of a version: the caller writes it down. */
export type StoreOutcome =
  | Stored
  /** The author's own version stands there with other content: it is taken over, and revised. */
  | { readonly outcome: 'own-other-version'; readonly found: StoredRecordState }
  /** Somebody else's stands there: refused, and flagged. */
  | { readonly outcome: 'foreign'; readonly code: string; readonly found: StoredRecordState }
  | { readonly outcome: 'refused'; readonly code: string };

export interface Stored {
  readonly outcome: 'stored';
  readonly providerId: string;
  readonly txId: string;
  /** Null, both, where the ledger alone tells of it: the provider that has it does not answer. */
  readonly blockNumber: number | null;
  readonly receipt: string | null;
}

/** What a service does for a version that is to be stored. */
export interface StoringSide {
  readonly pool: Pick<ProviderPool<unknown>, 'order' | 'isWorking' | 'worked' | 'failed'>;
  readonly grace: Grace;
  readonly clock: () => number;
  readonly verifier: SignatureVerifier;
  /** Makes the statement for a provider that has had none. */
  readonly makeStatement: (providerId: string) => string;
  /** Keeps the addressing, on disk when it resolves: before the statement leaves. */
  readonly keep: (addressing: Addressing) => Promise<void>;
  /** PUTs the version at a provider. */
  readonly put: (providerId: string, statement: string) => Promise<StoreRecordAnswer>;
  /** A failed call among the errors of `put`; any other error ends the try. */
  readonly failureOf: (error: unknown) => FailedCall | undefined;
  /** A provider's registered signing keys, former ones included. */
  readonly keysOf: (providerId: string) => Promise<readonly Uint8Array[]>;
  /** The version as this organisation's own peer has it on `cloud` (`GetRecord`), whoever put it there. */
  readonly find: () => Promise<StoredRecordState | undefined>;
}

/** A try at one provider: an end, or why it did not come to one. */
type Try = StoreOutcome | { readonly outcome: 'refusal'; readonly refusal: Refusal; readonly error: unknown };

/**
 * Stores a version at whichever provider takes it, the one that it is addressed to first. A refusal for good is one
 * provider's word: it counts when no other provider that works says otherwise.
 * @throws NotYetError, or what the last provider failed with: the same is to be tried again later
 */
export async function storeVersion(
  version: VersionToStore,
  addressing: Addressing,
  side: StoringSide,
): Promise<StoreOutcome> {
  let at = addressing;
  let refused: string | undefined;
  let failure: unknown = new Error('No cloud provider is configured: add one to `providers`');
  let notYet: NotYetError | undefined;
  for (const providerId of side.pool.order(addressing.providerId)) {
    if (refused !== undefined && !side.pool.isWorking(providerId)) continue;
    if (providerId !== at.providerId) {
      at = readdressed(at, providerId, () => side.makeStatement(providerId));
      await side.keep(at);
    }
    const tried = await tryAt(version, at, side);
    if (tried.outcome !== 'refusal') {
      side.grace.forget(graceKeyOf(version));
      return tried;
    }
    const { refusal, error } = tried;
    failure = error;
    if (isAboutProvider(refusal)) {
      side.pool.failed(providerId);
      continue;
    }
    if (refusal.meaning === 'final') {
      refused ??= refusal.code;
      continue;
    }
    const later = new NotYetError(refusal.code, { cause: error });
    if (!side.grace.isOver(graceKeyOf(version), side.clock())) throw later;
    if (refusal.meaning === 'premature') refused ??= refusal.code;
    // Another provider's peers may be further.
    else notYet ??= later;
  }
  // A provider that answers is not away, whatever the others are.
  if (refused === undefined) throw notYet ?? failure;
  side.grace.forget(graceKeyOf(version));
  return { outcome: 'refused', code: refused };
}

const isAboutProvider = ({ meaning }: Refusal): boolean =>
  meaning === 'other-provider' || meaning === 'ledger-away';

async function tryAt(version: VersionToStore, at: Addressing, side: StoringSide): Promise<Try> {
  try {
    return await ask(version, at, side);
  } catch (error) {
    const refusal = refusalIn(error, side);
    if (refusal === undefined) throw error;
    if (refusal.meaning !== 'may-be-there') return { outcome: 'refusal', refusal, error };
    return look(version, at, side, { refusal, error });
  }
}

/** One PUT, its answer checked. */
async function ask(version: VersionToStore, at: Addressing, side: StoringSide): Promise<Stored> {
  const { providerId, storeStatement } = at;
  const answer = await side.put(providerId, storeStatement);
  const keys = await side.keysOf(providerId);
  checkStoreAnswer(answer, version, providerId, { keys, verifier: side.verifier });
  side.pool.worked(providerId);
  const { txId, blockNumber, receipt } = answer;
  return { outcome: 'stored', providerId, txId, blockNumber, receipt };
}

/** Undefined: no refusal of a provider's, or the end of this process. */
function refusalIn(error: unknown, { failureOf }: StoringSide): Refusal | undefined {
  // It said that it stored the version, in words that are not to be had as a receipt.
  if (error instanceof EnvelopeError) return { code: error.code, meaning: 'may-be-there' };
  const call = failureOf(error);
  return call === undefined || call.code === 'ABORTED' ? undefined : refusalOfCall(call);
}

/** What the ledger has under the version's number decides, not what a provider says of it. */
async function look(
  version: VersionToStore,
  at: Addressing,
  side: StoringSide,
  { refusal, error }: { readonly refusal: Refusal; readonly error: unknown },
): Promise<Try> {
  const standing = standingOf(version, await side.find());
  switch (standing.outcome) {
    case 'ours':
      return takeOver(version, at, side, standing.found);
    case 'own-other-version':
      return { outcome: standing.outcome, found: standing.found };
    case 'foreign': {
      // Who may modify a record may have been first with its next version; its first one is its author's.
      const code = version.version === 1 ? RECORD_FOREIGN : 'VERSION_CONFLICT';
      return { outcome: standing.outcome, code, found: standing.found };
    }
    case 'absent':
      return { outcome: 'refusal', refusal: unconfirmed(refusal), error };
  }
}

/** What it means that a peer does not have the version that a provider speaks of: it lags behind, or was told wrong. */
function unconfirmed({ code }: Refusal): Refusal {
  if (code === 'RECORD_EXISTS') return { code, meaning: 'again' };
  // There is no such version, but another one before it than ours.
  if (code === 'VERSION_CONFLICT') return { code, meaning: 'premature' };
  return { code, meaning: 'other-provider' };
}

/**
 * The ledger has this very version by a statement that was sent before: the receipt is asked for at the provider that
 * has it. One that does not give it holds up nothing, since the ledger's entry is its word as well.
 */
async function takeOver(
  version: VersionToStore,
  at: Addressing,
  side: StoringSide,
  { providerId, txId }: StoredRecordState,
): Promise<Stored> {
  const byLedger: Stored = { outcome: 'stored', providerId, txId, blockNumber: null, receipt: null };
  const given = statementFor(at, providerId);
  if (providerId === at.providerId || given === undefined) return byLedger;
  const there = readdressed(at, providerId, () => given);
  await side.keep(there);
  try {
    const stored = await ask(version, there, side);
    return stored.txId === txId ? stored : byLedger;
  } catch (error) {
    if (refusalIn(error, side) === undefined) throw error;
    return byLedger;
  }
}

/** Under which a version's grace is counted. */
export const graceKeyOf = ({ recordId, version }: Pick<VersionToStore, 'recordId' | 'version'>): string =>
  `${recordId}/${version}`;
