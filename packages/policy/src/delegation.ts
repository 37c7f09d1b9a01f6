import type { DelegatedAct, DelegationState, StatementBody } from '@careledger/contracts';
import { isDenial } from './rule.js';

/** What a delegate may do, as its delegation says it. */
type DelegationTerms = Pick<
  DelegationState,
  'acts' | 'permissions' | 'purposes' | 'scopeTags' | 'detail' | 'until' | 'further'
>;

/** What a statement goes beyond: a member of the delegation's terms. */
type Excess = keyof DelegationTerms | 'delegable' | 'copy';

/** What of a rule, or of a further delegation, a delegation bounds. */
type Bounded = Pick<DelegationTerms, 'permissions' | 'purposes' | 'scopeTags' | 'detail'> & {
  readonly until?: string | undefined;
};

/** What a delegate does by a grant or denial. */
function actOf(body: StatementBody<'grant'>): DelegatedAct {
  if (isDenial(body)) return 'deny';
  return body.subscriptionId === undefined ? 'grant' : 'approve';
}

/**
 * In what a grant or denial goes beyond a delegation; nothing where it is within. It ends no later than its maker's power. No
 * delegation says that copies may be kept: that is the patient's own to allow.
 */
export function beyondAsRule(body: StatementBody<'grant'>, terms: DelegationTerms): Excess[] {
  return [
    ...beyondActs([actOf(body)], terms),
    ...beyondBounds(body, terms),
    ...(body.delegable ? (['delegable'] as const) : []),
    ...(body.copy === undefined ? [] : (['copy'] as const)),
  ];
}

/** In what a further delegation goes beyond the one that it follows. */
export function beyondAsDelegation(body: StatementBody<'delegate'>, terms: DelegationTerms): Excess[] {
  return [
    ...beyondActs(body.acts, terms),
    ...beyondBounds(body, terms),
    ...(body.further < terms.further ? [] : (['further'] as const)),
  ];
}

/** In what a decision without terms goes beyond a delegation. */
export const beyondActs = (acts: readonly DelegatedAct[], terms: DelegationTerms): Excess[] =>
  isWithin(acts, terms.acts) ? [] : ['acts'];

function beyondBounds(body: Bounded, terms: DelegationTerms): Excess[] {
  const { permissions, purposes, scopeTags, detail, until } = terms;
  // No tags: of every record, which is more than any tags.
  const inScope =
    scopeTags.length === 0 || (body.scopeTags.length > 0 && isWithin(body.scopeTags, scopeTags));
  const inTime = body.until !== undefined && Date.parse(body.until) <= Date.parse(until);
  const bounds: readonly (readonly [boolean, Excess])[] = [
    [isWithin(body.permissions, permissions), 'permissions'],
    [isWithin(body.purposes, purposes), 'purposes'],
    [inScope, 'scopeTags'],
    [body.detail === undefined || detail === true, 'detail'],
    [inTime, 'until'],
  ];
  return bounds.flatMap(([met, excess]) => (met ? [] : [excess]));
}

const isWithin = <T>(asked: readonly T[], given: readonly T[]): boolean =>
  asked.every((each) => given.includes(each));

/** Whether a path begins with all of another: what was made by a delegate, or by those whom it appointed. */
export const isUnder = (path: readonly string[] | undefined, above: readonly string[]): boolean =>
  path !== undefined && above.every((id, index) => path[index] === id);
