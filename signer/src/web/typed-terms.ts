import type { GrantTerms } from '@careledger/consent';
import { Permission, PurposeOfUse, Timestamp, timestampOf, type ScopeTerm } from '@careledger/domain';
import type { Static, TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { SCOPE_FORMS, SignerError, scopeTermOf, scopeWord, type AskedSubscription } from '../core/index.js';
import { textOf } from './form.js';

/** What was ticked under a name. @throws SignerError `DECISION_MALFORMED`: nothing */
export function tickedIn<S extends TSchema>(fields: FormData, name: string, schema: S): Static<S>[] {
  const ticked = fields.getAll(name).filter((word) => Value.Check(schema, word)) as Static<S>[];
  if (ticked.length > 0) return ticked;
  throw new SignerError('DECISION_MALFORMED', `Nothing is chosen of ${name}`);
}

/** Records as people write them, with commas; undefined where nothing was typed. @throws SignerError `DECISION_MALFORMED` */
export function scopeIn(fields: FormData, name = 'scope'): ScopeTerm[] | undefined {
  const text = textOf(fields, name);
  return text === '' ? undefined : text.split(',').map(scopeTerm);
}

/** A time of this place as the ledger counts it; undefined where none was typed. @throws SignerError `DECISION_MALFORMED` */
export function untilIn(fields: FormData): string | undefined {
  const text = textOf(fields, 'until');
  if (text === '') return undefined;
  const ms = new Date(text).getTime();
  if (!Number.isNaN(ms) && Value.Check(Timestamp, timestampOf(ms))) return timestampOf(ms);
  throw new SignerError('DECISION_MALFORMED', `${text} is no time`);
}

/** A grant that nobody has asked for. @throws SignerError `DECISION_MALFORMED` */
export function grantIn(fields: FormData): GrantTerms {
  const [scope, until] = [scopeIn(fields), untilIn(fields)];
  return {
    authorityId: textOf(fields, 'authority'),
    permissions: tickedIn(fields, 'permissions', Permission),
    purposes: tickedIn(fields, 'purposes', PurposeOfUse),
    ...(fields.has('detail') && { detail: true as const }),
    ...(scope !== undefined && { scope }),
    ...(until !== undefined && { until }),
  };
}

/**
 * What narrows a request: of what it asks for what is still ticked, or the records that were typed in the place of those.
 * `approvalTerms` sees to it that none of it is more.
 * @throws SignerError `DECISION_MALFORMED`
 */
export function partIn(
  fields: FormData,
  { asked, detail }: Pick<AskedSubscription, 'asked' | 'detail'>,
): Partial<GrantTerms> {
  const until = untilIn(fields);
  const scope = scopeIn(fields) ?? tickedScope(fields, asked?.scope ?? []);
  return {
    permissions: tickedIn(fields, 'permissions', Permission),
    purposes: tickedIn(fields, 'purposes', PurposeOfUse),
    ...(detail === true && !fields.has('detail') && { detail: undefined }),
    // None stands for every record.
    ...(scope.length > 0 && { scope }),
    ...(until !== undefined && { until }),
  };
}

/** @throws SignerError `DECISION_MALFORMED`: nothing is left */
function tickedScope(fields: FormData, asked: readonly ScopeTerm[]): ScopeTerm[] {
  const ticked = new Set(fields.getAll('records'));
  const left = asked.filter((term) => ticked.has(scopeWord(term)));
  if (left.length > 0 || asked.length === 0) return left;
  throw new SignerError('DECISION_MALFORMED', 'Nothing is chosen of the records');
}

/** @throws SignerError `DECISION_MALFORMED` */
function scopeTerm(text: string): ScopeTerm {
  const term = scopeTermOf(text);
  if (term !== undefined) return term;
  throw new SignerError(
    'DECISION_MALFORMED',
    `${text} is no category, category/ResourceType, ${SCOPE_FORMS.map((form) => `${form}:`).join(', ')}`,
  );
}
