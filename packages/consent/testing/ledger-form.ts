import type { StatementBody } from '@careledger/contracts';
import { hmacSha256, randomId128, sha256 } from '@careledger/crypto';
import {
  ANY,
  timestampOf,
  type Period,
  type Permission,
  type PurposeOfUse,
  type ScopeTerm,
  type TagGroups,
} from '@careledger/domain';
import { granteeTag, scopeTag } from '@careledger/envelope';
import { grantBody, meaningOf, sealMeaning, toldOf } from '../src/index.js';
import type { CaseKind, CaseRecord, CaseRequest, CaseRule } from './consent-case.js';

/** A record of a case as a ledger has it: tags in the place of words. */
export interface TaggedRecord {
  readonly tagGroups: TagGroups;
  readonly period: Period;
}

/** What is asked, as a ledger's question has it. */
export interface TaggedQuestion extends TaggedRecord {
  readonly patientId: string;
  readonly requester: string;
  readonly granteeTags: string[];
  readonly permission: Permission;
  readonly purpose: PurposeOfUse;
  /** Of what is there already. */
  readonly author?: string;
  readonly isUnconfirmed?: boolean;
  /** Of what is to be changed. */
  readonly revisedTagGroups?: TagGroups;
  readonly revisedPeriod?: Period;
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** A new id for a case's rule: of several, that of the first one sorts first, as decisions that name one of them have it. */
export const ruleIdOf = (index: number): string => `${LETTERS.charAt(index)}${randomId128().slice(1)}`;

/** Every term by which a resource of a kind can be granted: a security label counts as a category. */
const termsOf = ({ resourceType, categories, labels = [] }: CaseKind): ScopeTerm[] =>
  [ANY, ...categories, ...labels].flatMap((category) => [
    { category, resourceType: ANY },
    { category, resourceType },
  ]);

/** Puts the words of cases into the form that a ledger takes, under one patient's scope key. */
export class LedgerForm {
  /** @param shiftMs by how much later than in the case its rules are made, begin and end; what records tell of stays */
  constructor(
    readonly scopeKey: Uint8Array,
    readonly shiftMs = 0,
  ) {}

  /**
   * What the patient's own signer makes of a rule.
   * @param encryptionKey X25519 key of the authority that it is about; any other is not asked for
   */
  async rule(rule: CaseRule, policySeq: number, encryptionKey: Uint8Array): Promise<StatementBody<'grant'>> {
    const { authorityId, effect, from, until } = rule;
    const meaning = meaningOf(hmacSha256, this.scopeKey, rule);
    const sealed =
      authorityId === ANY ? undefined : await sealMeaning(toldOf(effect, meaning), encryptionKey, sha256);
    const times = { from: this.#later(from), ...(until !== undefined && { until: this.#later(until) }) };
    return grantBody({ ...rule, ...times }, { meaning, sealed, policySeq, nowMs: Date.parse(times.from) });
  }

  record({ kinds, period }: CaseRecord): TaggedRecord {
    const groups = kinds.map((kind) => termsOf(kind).map((term) => scopeTag(this.scopeKey, term)));
    return { tagGroups: groups, period };
  }

  /**
   * About a record: what is to be written is as that one, what is to be changed becomes the same again. No patient of a case
   * has confirmed what another author says.
   */
  question(asked: CaseRequest, record: CaseRecord, patientId: string): TaggedQuestion {
    const { requester, grantee, permission, purpose } = asked;
    const granteeTags = grantee.map((term) => granteeTag(this.scopeKey, { authorityId: requester, ...term }));
    const about = this.record(record);
    const common = { ...{ patientId, requester, granteeTags, permission, purpose }, ...about };
    if (permission === 'write') return common;
    const isUnconfirmed = record.author !== undefined;
    const standing = { ...common, author: record.author ?? patientId, isUnconfirmed };
    if (permission === 'read') return standing;
    return { ...standing, revisedTagGroups: about.tagGroups, revisedPeriod: about.period };
  }

  #later(time: string): string {
    return timestampOf(Date.parse(time) + this.shiftMs);
  }
}
