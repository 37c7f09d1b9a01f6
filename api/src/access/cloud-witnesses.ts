import { setTimeout as delay } from 'node:timers/promises';
import { canonicalJson } from '@careledger/crypto';
import { PATIENTS_MSP, mspIdOf } from '@careledger/domain';
import { answerWithin } from '../ledger-port.js';
import { problem } from '../problems.js';

/** Another organisation's peer may commit a permit's block a little later than the provider's. */
const WITNESS_WAITS_MS = [0, 25, 75, 200, 500, 1_000, 1_500] as const;
/** A peer that has not answered by then is away. */
const WITNESS_ANSWER_MAX_MS = 2_000;
/** Organisations that have to say the same where none of those trusted alone can be asked: as many as endorse there. */
const AGREEING_MSPS = 2;

/** One organisation's peer is asked; undefined: it has no such entry, or not yet. */
export type AskPeer<T> = (mspId: string) => Promise<T | undefined>;

export interface CloudWitnessesOptions {
  /** This organisation. */
  readonly mspId: string;
  /** Whose peers can be asked on channel `cloud`. */
  readonly peerMspIds: readonly string[];
}

/** What one round of questions gave. */
type Round<T> =
  { readonly outcome: 'agreed'; readonly value: T | undefined } | { readonly outcome: 'undecided' };

/**
 * What lies on channel `cloud`, for an authority without a peer there. An evaluation is the word of the peer that answers,
 * and a provider's own peer may say what suits the provider: so the Patients' peer is asked (or the own one, where there
 * is one), and while that is away two others, of different organisations, that say the same. One alone is never enough.
 */
export class CloudWitnesses {
  readonly #trusted: readonly string[];
  readonly #others: readonly string[];

  constructor({ mspId, peerMspIds }: CloudWitnessesOptions) {
    const trusted = [mspId, PATIENTS_MSP];
    this.#trusted = trusted.filter((id) => peerMspIds.includes(id));
    this.#others = [...new Set(peerMspIds)].filter((id) => !trusted.includes(id));
  }

  /**
   * Waits a little for an entry that is not there yet.
   * @param involved providers whose word it is; others are asked before them
   * @returns undefined where those that count say that there is no such entry
   * @throws ProblemError LEDGER_UNAVAILABLE where too few can be asked, or they differ; LedgerError of a refusal
   */
  find<T extends object>(ask: AskPeer<T>, involved: readonly string[]): Promise<T | undefined> {
    return this.#among(ask, involved, WITNESS_WAITS_MS);
  }

  /** The same as it is now: nothing is waited for. */
  look<T extends object>(ask: AskPeer<T>): Promise<T | undefined> {
    return this.#among(ask, [], [0]);
  }

  async #among<T extends object>(
    ask: AskPeer<T>,
    involved: readonly string[],
    waitsMs: readonly number[],
  ): Promise<T | undefined> {
    const away = new Set<string>();
    let last: Round<T> = { outcome: 'undecided' };
    for (const waitMs of waitsMs) {
      if (waitMs > 0) await delay(waitMs);
      last = await this.#round(ask, involved, away);
      if (last.outcome === 'agreed' && last.value !== undefined) return last.value;
      if (!this.#isEnough(away)) break;
    }
    if (last.outcome === 'agreed') return undefined;
    throw problem(
      'LEDGER_UNAVAILABLE',
      'Neither the Patients’ peer nor two others that agree can be asked on channel cloud',
    );
  }

  /** @param away is added to: who gave no answer is not asked again for this */
  async #round<T extends object>(
    ask: AskPeer<T>,
    involved: readonly string[],
    away: Set<string>,
  ): Promise<Round<T>> {
    const answers = new Map<string, number>();
    for (const mspId of [...this.#trusted, ...this.#inOrder(involved)]) {
      if (away.has(mspId)) continue;
      const answer = await answerWithin(WITNESS_ANSWER_MAX_MS, async () => ({ value: await ask(mspId) }));
      if (answer === undefined) {
        away.add(mspId);
        continue;
      }
      const { value } = answer;
      const same = value === undefined ? '' : canonicalJson(value);
      const count = (answers.get(same) ?? 0) + 1;
      answers.set(same, count);
      if (this.#trusted.includes(mspId) || count >= AGREEING_MSPS) return { outcome: 'agreed', value };
    }
    return { outcome: 'undecided' };
  }

  #isEnough(away: ReadonlySet<string>): boolean {
    const isThere = (mspId: string): boolean => !away.has(mspId);
    return this.#trusted.some(isThere) || this.#others.filter(isThere).length >= AGREEING_MSPS;
  }

  /** Those that have no part in it first. */
  #inOrder(involved: readonly string[]): string[] {
    const theirs = new Set(involved.map((providerId) => mspIdOf(providerId)));
    return [
      ...this.#others.filter((mspId) => !theirs.has(mspId)),
      ...this.#others.filter((mspId) => theirs.has(mspId)),
    ];
  }
}
