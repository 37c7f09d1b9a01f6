import type { StatementBody, TagConfirmation } from '@careledger/contracts';
import { hmacSha256, randomId128, sha256 } from '@careledger/crypto';
import {
  ANY,
  tagGroupsBy,
  timestampOf,
  type ClinicalCode,
  type Period,
  type Permission,
  type PurposeOfUse,
  type RecordKind,
  type ResourceKind,
  type ScopeTerm,
  type TagGroups,
} from '@careledger/domain';
import { granteeTag, scopeTag } from '@careledger/envelope';
import { grantBody, meaningOf, sealMeaning, toldOf } from '../src/index.js';
import type { CaseKind, CaseRecord, CaseRequest, CaseRule } from './consent-case.js';

/** A record of a case as a ledger has it: tags in the place of words. */
export interface TaggedRecord {
  readonly kind: RecordKind;
  readonly tagGroups: TagGroups;
  readonly period: Period;
  /** By the patient's gateway, where it has confirmed another author's record. */
  readonly confirmations?: readonly TagConfirmation[];
}

/** What is asked, as a ledger's question has it. */
export interface TaggedQuestion extends Omit<TaggedRecord, 'kind' | 'confirmations'> {
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

const LOINC = 'http://loinc.org';
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** A new id for a case's rule: of several, that of the first one sorts first, as decisions that name one of them have it. */
export const ruleIdOf = (index: number): string => `${LETTERS.charAt(index)}${randomId128().slice(1)}`;

/** A case's kind with what it leaves out. */
export const kindOf = ({
  codes = [],
  labels = [],
  practitioners = [],
  encounters = [],
  ...kind
}: CaseKind): ResourceKind => ({
  ...{ ...kind, labels, practitioners, encounters },
  codes: codes.map(codeOf),
  mentions: [],
});

/** `code` of LOINC, or `system|code`. */
function codeOf(text: string): ClinicalCode {
  const [system = '', code] = text.split('|');
  return code === undefined ? { system: LOINC, code: text } : { system, code };
}

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

  record({ kinds, period, author, isConfirmed, recordId }: CaseRecord): TaggedRecord {
    const origin = { recordId, authors: author === undefined ? [] : [author] };
    const tagsOf = (terms: readonly ScopeTerm[]) => terms.map((term) => scopeTag(this.scopeKey, term));
    const tagGroups = tagGroupsBy(kinds.map(kindOf), origin, tagsOf);
    if (tagGroups === undefined) throw new RangeError('The record holds more kinds than can be said');
    const found = { seq: 1, tagGroups, at: period.end, txId: '0'.repeat(64) };
    const kind = author === undefined ? 'periodic' : 'clinical';
    return { kind, tagGroups, period, ...(isConfirmed === true && { confirmations: [found] }) };
  }

  /**
   * About a record: what is to be written is as that one, what is to be changed becomes the same again.
   */
  question(asked: CaseRequest, record: CaseRecord, patientId: string): TaggedQuestion {
    const { requester, grantee, permission, purpose } = asked;
    const granteeTags = grantee.map((term) => granteeTag(this.scopeKey, { authorityId: requester, ...term }));
    const { tagGroups, period } = this.record(record);
    const about = { tagGroups, period };
    const common = { ...{ patientId, requester, granteeTags, permission, purpose }, ...about };
    if (permission === 'write') return common;
    const isUnconfirmed = record.author !== undefined && record.isConfirmed !== true;
    const standing = { ...common, author: record.author ?? patientId, isUnconfirmed };
    if (permission === 'read') return standing;
    return { ...standing, revisedTagGroups: about.tagGroups, revisedPeriod: about.period };
  }

  #later(time: string): string {
    return timestampOf(Date.parse(time) + this.shiftMs);
  }
}
