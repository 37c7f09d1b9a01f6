import { STANDING_POLICIES, namingFault, standingRules, type StandingPolicyName } from '@careledger/consent';
import type { AuthorityAnswer } from './answers.js';
import type { ConsentSigner, Prepared } from './consent-signer.js';
import { SignerError } from './errors.js';
import { readSigned, statementOf } from './journal.js';
import { isStanding, type GatewayView } from './own-state.js';
import type { VaultContent } from './vault.js';

/** A standing policy as the gateway takes it. */
export interface SignedPolicy {
  readonly name: string;
  readonly version: number;
  readonly statements: readonly string[];
}

/** The standing policy that was set here last, with the ids of its rules. */
type Standing = NonNullable<VaultContent['standing']>;

/**
 * What puts a standing policy in the place of the one before. In this order nothing is permitted on the way that neither of
 * them permits: what takes away comes first, what the former took away comes back last.
 * @param authorities for whom it is, as the gateway answers for them
 * @throws SignerError `DECISION_MALFORMED`: it cannot be for these; `DELEGATION_EXCEEDED`; and as of `ConsentSigner.grant`
 */
export async function preparePolicy(
  signer: ConsentSigner,
  name: StandingPolicyName,
  authorities: readonly AuthorityAnswer[],
  view: GatewayView,
): Promise<Prepared[]> {
  if (signer.content.acting !== undefined)
    throw new SignerError('DELEGATION_EXCEEDED', 'Only the patient sets a standing policy');
  const named = authorities.map(({ authorityId }) => authorityId);
  const fault = namingFault(name, named);
  if (fault !== undefined) throw new SignerError('DECISION_MALFORMED', fault);
  const { denials, grants } = standingRules(name, named);
  const former = formerRules(signer, view);
  const prepared: Prepared[] = [];
  for (const terms of denials) prepared.push(await signer.grant(terms, view, undefined, prepared.length));
  for (const id of former.grants) prepared.push(signer.revoke(id, view, prepared.length));
  for (const terms of grants) {
    const authority = authorities.find(({ authorityId }) => authorityId === terms.authorityId);
    prepared.push(await signer.grant(terms, view, authority, prepared.length));
  }
  for (const id of former.denials) prepared.push(signer.revoke(id, view, prepared.length));
  return prepared;
}

/** As the file keeps it, once all of it is signed. */
export function standingOf(name: StandingPolicyName, statements: readonly string[]): Standing {
  const signed = statements.map(readSigned);
  const rules = signed.filter((decision) => decision.name === 'grant');
  const idsOf = (each: readonly { readonly sid: string }[]) => each.map(({ sid }) => sid);
  const { version } = STANDING_POLICIES[name];
  return { name, version, rules: idsOf(rules), statements: idsOf(signed) };
}

/** Of a statement that was signed for the standing policy: all that goes with it. Undefined of any other. */
export function policyOf(
  { standing, journal }: Pick<VaultContent, 'standing' | 'journal'>,
  statement: string,
): SignedPolicy | undefined {
  const { name, version, statements: sids = [] } = standing ?? {};
  if (name === undefined || version === undefined || !sids.includes(readSigned(statement).sid))
    return undefined;
  const statements = sids.flatMap((sid) => statementOf(journal, sid) ?? []);
  return { name, version, statements };
}

/** What stands yet of the policy that was set before. */
function formerRules({ content }: ConsentSigner, view: GatewayView): Record<'grants' | 'denials', string[]> {
  const over = new Set(
    [...view.grants, ...view.denials]
      .filter(({ status }) => !isStanding(status))
      .map(({ grantId }) => grantId),
  );
  const signed = content.journal.map(({ statement }) => readSigned(statement));
  const rules = signed.flatMap((decision) =>
    decision.name === 'grant' &&
    content.standing?.rules.includes(decision.sid) === true &&
    !over.has(decision.sid)
      ? [decision]
      : [],
  );
  const idsOf = (isDenial: boolean) =>
    rules.filter(({ body }) => (body.effect === 'deny') === isDenial).map(({ sid }) => sid);
  return { grants: idsOf(false), denials: idsOf(true) };
}
