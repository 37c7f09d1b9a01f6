import type { StatementBody } from '@careledger/contracts';
import { ANY, type ScopeTerm } from '@careledger/domain';
import { detailWords, recordsWords } from './scope-words.js';
import { PERMISSION_WORDS, PURPOSE_WORDS, list } from './words.js';

/** What a delegate has signed, as a gateway lists it. */
export interface DelegatedAct {
  readonly kind: string;
  readonly statementId: string;
  /** What it ended, rejected or revoked: its id. */
  readonly about?: string | undefined;
}

/** The grant or denial that it made, as a gateway lists it. */
export type DelegatedRule = Pick<
  StatementBody<'grant'>,
  'authorityId' | 'permissions' | 'purposes' | 'until' | 'detail'
> & {
  readonly status: string;
  /** The words behind its tags, where they are known. */
  readonly meaning?: { readonly scope: readonly ScopeTerm[] } | undefined;
};

/** Of kinds that say nothing but what they are about. */
const ABOUT_WORDS: Readonly<Record<string, string>> = {
  revoke: 'Ended the grant or denial',
  reject: 'Said no to the request',
  delegate: 'Let somebody else decide for me, by the delegation',
  'end-delegation': 'Ended the delegation',
};

/**
 * What a delegate did for the patient, in plain English, as the gateway tells it. What the patient signs is said by
 * `sentenceOf`, from the body itself.
 * @param rule of a grant or denial; undefined where the gateway does not list it
 */
export function delegatedSentence(
  { kind, statementId, about = statementId }: DelegatedAct,
  rule: DelegatedRule | undefined,
): string {
  const words = Object.hasOwn(ABOUT_WORDS, kind) ? ABOUT_WORDS[kind] : undefined;
  if (words !== undefined) return `${words} ${about}.`;
  const verb = kind === 'deny' ? 'Forbade' : 'Allowed';
  if (rule === undefined) return `${verb} something that your gateway does not list (${statementId}).`;
  const { authorityId, permissions, purposes, until, detail, status, meaning } = rule;
  const which =
    meaning === undefined ? 'my records, within what it may decide about' : recordsWords(meaning.scope);
  const what = list(
    permissions.map((permission) => PERMISSION_WORDS[permission]),
    'and',
  );
  const why = list(
    purposes.map((purpose) => PURPOSE_WORDS[purpose]),
    'and',
  );
  const ends = until === undefined ? '' : `, until ${until}`;
  const who = authorityId === ANY ? 'ANY authority' : authorityId;
  const now = status === 'revoked' ? ' It has ended.' : status === 'refused' ? ' No ledger took it.' : '';
  return `${verb} ${who} to ${what} ${which}${detailWords(detail)}, for ${why}${ends} (${statementId}).${now}`;
}
