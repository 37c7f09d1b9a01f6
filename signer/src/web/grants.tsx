import { ANY } from '@careledger/domain';
import { isStanding, type ListedRule, type OwnState } from '../core/index.js';
import { useAction } from './action.js';
import type { Counter } from './counter.js';
import { Failure } from './form.js';

/** What the patient has granted or denied and what stands. */
export function Grants({
  counter,
  state,
  changed,
}: {
  readonly counter: Counter;
  readonly state: OwnState;
  readonly changed: () => void;
}) {
  const action = useAction();
  const { client, desk } = counter;
  const standing = (rules: readonly ListedRule[]) => rules.filter(({ status }) => isStanding(status));
  const [grants, denials] = [standing(state.grants), standing(state.denials)];
  const revoke = async ({ grantId }: ListedRule): Promise<void> => {
    await counter.decide(desk.signer.revoke(grantId, await client.view(desk.patientId)));
    changed();
  };
  const revokeAll = async (): Promise<void> => {
    await counter.decide(desk.signer.revokeAll(await client.view(desk.patientId)));
    changed();
  };
  const row = (rule: ListedRule, may: string) => (
    <li key={rule.grantId}>
      <strong>{rule.authorityId === ANY ? 'anybody' : rule.authorityId}</strong> {may}{' '}
      {rule.permissions.join(', ')} for {rule.purposes.join(', ')}
      {rule.until !== undefined && ` until ${rule.until}`}
      {state.unknown.includes(rule) && ' (not signed here)'}
      <button disabled={action.isBusy} onClick={() => action.run(() => revoke(rule))}>
        Revoke
      </button>
    </li>
  );
  return (
    <section>
      <h2>Your grants</h2>
      {state.unknown.length > 0 && (
        <p role="alert">
          {state.unknown.length} of these were not signed with this file. If you made them nowhere, revoke
          them.
        </p>
      )}
      <ul aria-label="Grants">{grants.map((grant) => row(grant, 'may'))}</ul>
      {denials.length > 0 && (
        <>
          <h3>Whatever you grant</h3>
          <ul aria-label="Denials">{denials.map((denial) => row(denial, 'may not'))}</ul>
        </>
      )}
      {grants.length > 0 && (
        <button disabled={action.isBusy} onClick={() => action.run(revokeAll)}>
          Revoke everything
        </button>
      )}
      <Failure action={action} />
    </section>
  );
}
