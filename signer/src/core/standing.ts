import { STANDING_POLICIES, standingRules, type StandingPolicyName } from '@careledger/consent';
import type { AuthorityAnswer } from './answers.js';
import type { ConsentSigner, Prepared } from './consent-signer.js';
import { readSigned } from './journal.js';
import { isStanding, type GatewayView } from './own-state.js';
import type { VaultContent } from './vault.js';

/** The standing policy that was set here last, with the ids of its rules. */
type Standing = NonNullable<VaultContent['standing']>;

/**
 * What puts a standing policy in the place of the one before. In this order nothing is permitted on the way that neither of
 * them permits: what takes away comes first, what the former took away comes back last.
 * @param authorities for whom it is, as the gateway answers for them
 * @throws SignerError as of `ConsentSigner.grant`
 */
export async function preparePolicy(
  signer: ConsentSigner,
  name: StandingPolicyName,
  authorities: readonly AuthorityAnswer[],
  view: GatewayView,
): Promise<Prepared[]> {
  const { denials, grants } = standingRules(
    name,
    authorities.map(({ authorityId }) => authorityId),
  );
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
  const rules = statements.map(readSigned).filter((decision) => decision.name === 'grant');
  const { version } = STANDING_POLICIES[name];
  return { name, version, rules: rules.map(({ sid }) => sid) };
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
