import { ANY } from '@careledger/domain';
import { isStanding, type Desk, type ListedRule } from '../core/index.js';
import { useAction } from './action.js';
import { Failure } from './form.js';

export interface ShownRules {
  readonly grants: readonly ListedRule[];
  readonly denials: readonly ListedRule[];
  /** Those of both that were not signed with this file. */
  readonly unknown: readonly ListedRule[];
}

/** What the patient has granted and denied, and what of it stands. */
export function Rules({
  desk,
  rules: { grants, denials, unknown },
  changed,
}: {
  readonly desk: Desk;
  readonly rules: ShownRules;
  readonly changed: () => void;
}) {
  const action = useAction();
  // What delegates decide is listed with them.
  const others = unknown.filter(({ path }) => path === undefined);
  const revoke = async ({ grantId }: ListedRule): Promise<void> => {
    await desk.decide(desk.signer.revoke(grantId, await desk.client.view(desk.patientId)));
    changed();
  };
  const revokeAll = async (): Promise<void> => {
    await desk.decide(desk.signer.revokeAll(await desk.client.view(desk.patientId)));
    changed();
  };
  const list = (name: string, verb: string, rules: readonly ListedRule[]) =>
    rules.some(stands) && (
      <ul aria-label={name}>
        {rules.filter(stands).map((rule) => (
          <li key={rule.grantId}>
            <strong>{rule.authorityId === ANY ? 'anybody' : rule.authorityId}</strong> {verb}{' '}
            {rule.permissions.join(', ')} for {rule.purposes.join(', ')}
            {rule.detail === true && ' with the single measured values'}
            {rule.until !== undefined && ` until ${rule.until}`}
            {rule.path !== undefined && ' (by a delegate)'}
            {others.includes(rule) && ' (not signed here)'}
            <button disabled={action.isBusy} onClick={() => action.run(() => revoke(rule))}>
              Revoke
            </button>
          </li>
        ))}
      </ul>
    );
  return (
    <section>
      <h2>Your rules</h2>
      {others.length > 0 && (
        <p role="alert">
          {others.length} of these were not signed with this file. If you made them nowhere, revoke them.
        </p>
      )}
      {list('Grants', 'may', grants)}
      {list('Denials', 'may not', denials)}
      {grants.some(stands) && (
        <button disabled={action.isBusy} onClick={() => action.run(revokeAll)}>
          Revoke everything
        </button>
      )}
      <Failure action={action} />
    </section>
  );
}

const stands = ({ status }: ListedRule): boolean => isStanding(status);
