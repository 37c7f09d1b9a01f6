import type { StateWriter, Submission } from '@careledger/chaincode-runtime';
import {
  ContractError,
  DELEGATED_GRANTS_PER_AUTHORITY_MAX,
  RULES_PER_DELEGATION_MAX,
  type GrantState,
  type StatementBody,
} from '@careledger/contracts';
import { beyondAsRule, isDenial } from '@careledger/policy';
import { requireWithin, type Delegate } from './delegates.js';
import { delegateTombstones, delegatedRules, grants, type LiveGrant } from './families.js';

/** Whether a delegate may make a rule, by every delegation that it rests on. @throws ContractError `DELEGATION_EXCEEDED` */
export function requireRuleWithin({ links }: Delegate, body: StatementBody<'grant'>): void {
  requireWithin(links.flatMap((link) => beyondAsRule(body, link)));
}

/** A grant that its maker, or one before it in the path, revoked before it arrived. @throws ContractError `GRANT_REVOKED` */
export async function refuseTombstone(
  tx: Submission,
  { own: { patientId }, path }: Delegate,
  grantId: string,
): Promise<void> {
  for (const id of path)
    if ((await tx.state.get(delegateTombstones.at(patientId, id, grantId))) !== undefined)
      throw new ContractError('GRANT_REVOKED');
}

/**
 * Delegates take no more than their part of what a decision reads, so that there is room for the patient's own.
 * @param live the rules of one authority that may count
 * @throws ContractError `GRANT_LIMIT`
 */
export function requireDelegatesRoom(live: readonly LiveGrant[]): void {
  const made = live.filter(({ path }) => path !== undefined);
  if (made.length >= DELEGATED_GRANTS_PER_AUTHORITY_MAX) throw new ContractError('GRANT_LIMIT');
}

/** Writes down under each delegation that a rule rests on that it does. @throws ContractError `GRANT_LIMIT` */
export async function noteDelegatedRule(
  tx: Submission,
  { links }: Delegate,
  grantId: string,
  until: string,
): Promise<void> {
  for (const { patientId, delegationId } of links) {
    const entries = await tx.state.all(delegatedRules.under(patientId, delegationId));
    const over = entries.filter(({ value }) => Date.parse(value.until) <= tx.atMs);
    if (entries.length - over.length >= RULES_PER_DELEGATION_MAX) throw new ContractError('GRANT_LIMIT');
    if (entries.length >= RULES_PER_DELEGATION_MAX)
      for (const { parts } of over) tx.state.delete(delegatedRules.at(...parts));
    tx.state.put(delegatedRules.at(patientId, delegationId, grantId), { until });
  }
}

/** A rule is over: nothing that ends a delegation need end it. */
export function forgetDelegatedRule(state: StateWriter, { patientId, grantId, path = [] }: LiveGrant): void {
  for (const id of path) state.delete(delegatedRules.at(patientId, id, grantId));
}

/** Grants, without denials, that rest on a delegation and are not revoked. */
export async function grantsUnder(
  tx: Submission,
  patientId: string,
  delegationId: string,
): Promise<GrantState[]> {
  const found: GrantState[] = [];
  for (const { parts } of await tx.state.all(delegatedRules.under(patientId, delegationId))) {
    const [, , grantId = ''] = parts;
    const rule = await tx.state.get(grants.at(patientId, grantId));
    if (rule !== undefined && !isDenial(rule)) found.push(rule);
  }
  return found;
}
