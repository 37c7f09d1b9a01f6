import { accessControl, type Decision } from '@careledger/contracts';
import { timestampOf, type PurposeOfUse } from '@careledger/domain';
import { LedgerError } from '@careledger/ledger';
import { decide, isDenial, termsOnRecord, type TaggedVersion } from '@careledger/policy';
import { EMERGENCY_NOTICE_MAX_AGE_S } from '@careledger/protocol';
import { answerWithin, type Channel, type Channels } from '../ledger-port.js';
import type { MirrorStore } from './mirror-store.js';

/** A peer that has not answered by then is away: somebody waits for an emergency. */
const PEER_ANSWER_MAX_MS = 1_000;
/** Age at which a mirror that nothing was heard for says nothing any more. */
export const MIRROR_MAX_AGE_MS = 24 * 60 * 60_000;
const NOTICE_MAX_AGE_MS = EMERGENCY_NOTICE_MAX_AGE_S * 1_000;

/** May somebody of this authority read this? */
export interface ReadingQuestion extends TaggedVersion {
  readonly purpose: PurposeOfUse;
  /** Under which it is asked. */
  readonly granteeTags: readonly string[];
  readonly practitionerId?: string;
}

/** By whom a reading was decided, and as of when that one knew the patient's will. */
export interface DecidedBy {
  readonly decidedBy: 'peer' | 'mirror';
  readonly asOf: string;
}

export type Judgement =
  | ({ readonly decision: 'permit'; readonly reason: string } & DecidedBy)
  /** `LEDGER_UNAVAILABLE`: nobody who may decide can be asked. */
  | { readonly decision: 'deny'; readonly reason: string };

type Answer = Pick<Decision, 'decision' | 'reason'>;

export interface JudgeOptions {
  readonly authorityId: string;
  readonly channels: Channels;
  readonly mirror: MirrorStore;
  readonly clock?: () => number;
}

/**
 * Whether something may be shown now, by the ledgers: each channel that answers has to permit it, so that a revocation
 * counts from when it is on one of them. What is shown without the own peer is decided by the mirror, for recent
 * emergencies alone.
 */
export class Judge {
  readonly #options: JudgeOptions;
  readonly #clock: () => number;

  constructor(options: JudgeOptions) {
    this.#options = options;
    this.#clock = options.clock ?? Date.now;
  }

  /**
   * A direct emergency notice: by the own peer, else by a mirror of at most a day for a notice of at most a day; channel
   * `cloud` is asked besides.
   * @param issuedAtMs when its gateway made it, by its own word
   */
  async notice(question: ReadingQuestion, issuedAtMs: number): Promise<Judgement> {
    const { authorities, cloud } = this.#options.channels;
    const [own, other] = await Promise.all([this.#ask(authorities, question), this.#ask(cloud, question)]);
    const strict = [own, other].find((answer) => answer?.decision === 'deny');
    if (strict !== undefined) return { decision: 'deny', reason: strict.reason };
    if (own === undefined) return this.#byMirror(question, issuedAtMs);
    const asOf = timestampOf(this.#clock());
    return { decision: 'permit', reason: own.reason, decidedBy: 'peer', asOf };
  }

  /**
   * Records that channel `cloud` has just permitted: why the own peer objects to each, undefined where it does not or is
   * away.
   * @param questions at most ACCESS_BATCH_MAX_ITEMS
   */
  async objections(questions: readonly ReadingQuestion[]): Promise<(string | undefined)[]> {
    const answers = await this.#askAll(this.#options.channels.authorities, questions);
    return questions.map((_, index) => {
      const own = answers?.[index];
      return own?.decision === 'deny' ? own.reason : undefined;
    });
  }

  /**
   * Why a record of which a copy is kept may not be shown, by the mirror; undefined where it may. That the mirror is fresh is
   * seen to by whoever asks.
   * @param grantIds of the grants that let it be kept for this purpose at this unit: no other one says that it may be shown,
   *   nor that this authority has written it
   */
  copyObjection(question: ReadingQuestion, grantIds: ReadonlySet<string>): string | undefined {
    const { authorityId, mirror } = this.#options;
    const { patientId } = question;
    const rules = mirror.grants(patientId).filter((rule) => isDenial(rule) || grantIds.has(rule.grantId));
    const asked = { ...question, ...termsOnRecord(question), author: undefined };
    const { decision, reason } = decide(
      { ...asked, requester: authorityId, permission: 'read' },
      // A grant that a revoke-all has voided is mirrored as revoked.
      { version: mirror.policy(patientId)?.version ?? 0, revokedThroughSeq: 0 },
      rules,
      this.#clock(),
    );
    return decision === 'permit' ? undefined : reason;
  }

  async #ask(channel: Channel, question: ReadingQuestion): Promise<Answer | undefined> {
    return (await this.#askAll(channel, [question]))?.[0];
  }

  /** In the order of the questions. Undefined: no answer. */
  async #askAll(channel: Channel, questions: readonly ReadingQuestion[]): Promise<Answer[] | undefined> {
    const requests = questions.map((question) => this.#requestOf(question));
    try {
      const answer = await answerWithin(PEER_ANSWER_MAX_MS, () =>
        channel.evaluate(accessControl, 'DecideAll', { requests }),
      );
      return answer?.decisions.map((decision) => decision ?? { decision: 'deny', reason: 'PATIENT_UNKNOWN' });
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error;
      return questions.map(() => ({ decision: 'deny', reason: error.chaincodeCode ?? error.code }));
    }
  }

  #requestOf(question: ReadingQuestion) {
    const { patientId, author, purpose, granteeTags, practitionerId } = question;
    const { period, ...terms } = termsOnRecord(question);
    return {
      ...{ patientId, author, purpose, ...terms },
      ...(practitionerId !== undefined && { practitionerId }),
      requester: this.#options.authorityId,
      permission: 'read' as const,
      granteeTags: [...granteeTags],
      ...(period !== undefined && { period }),
    };
  }

  #byMirror(question: ReadingQuestion, issuedAtMs: number): Judgement {
    const { authorityId, mirror } = this.#options;
    const nowMs = this.#clock();
    const policy = mirror.policy(question.patientId);
    const isUsable =
      policy !== undefined &&
      nowMs - Date.parse(policy.heardAt) <= MIRROR_MAX_AGE_MS &&
      nowMs - issuedAtMs <= NOTICE_MAX_AGE_MS;
    if (!isUsable) return { decision: 'deny', reason: 'LEDGER_UNAVAILABLE' };
    const { decision, reason } = decide(
      { ...question, ...termsOnRecord(question), requester: authorityId, permission: 'read' },
      // A grant that a revoke-all has voided is mirrored as revoked.
      { version: policy.version, revokedThroughSeq: 0 },
      mirror.grants(question.patientId),
      nowMs,
    );
    return decision === 'permit'
      ? { decision, reason, decidedBy: 'mirror', asOf: policy.heardAt }
      : { decision, reason };
  }
}
