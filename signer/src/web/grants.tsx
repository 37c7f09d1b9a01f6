import type { ListedGrant, OwnState } from '../core/index.js';
import { useAction } from './action.js';
import type { Counter } from './counter.js';
import { Failure } from './form.js';

/** What the patient has granted and what stands. */
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
  const standing = state.grants.filter(({ status }) => status === 'active' || status === 'pending');
  const revoke = async ({ grantId }: ListedGrant): Promise<void> => {
    await counter.decide(desk.signer.revoke(grantId, await client.view(desk.patientId)));
    changed();
  };
  const revokeAll = async (): Promise<void> => {
    await counter.decide(desk.signer.revokeAll(await client.view(desk.patientId)));
    changed();
  };
  return (
    <section>
      <h2>Your grants</h2>
      {state.unknown.length > 0 && (
        <p role="alert">
          {state.unknown.length} of these were not signed with this file. If you made them nowhere, revoke
          them.
        </p>
      )}
      <ul aria-label="Grants">
        {standing.map((grant) => (
          <li key={grant.grantId}>
            <strong>{grant.authorityId}</strong> may {grant.permissions.join(', ')} for{' '}
            {grant.purposes.join(', ')}
            {grant.until !== undefined && ` until ${grant.until}`}
            {state.unknown.includes(grant) && ' (not signed here)'}
            <button disabled={action.isBusy} onClick={() => action.run(() => revoke(grant))}>
              Revoke
            </button>
          </li>
        ))}
      </ul>
      {standing.length > 0 && (
        <button disabled={action.isBusy} onClick={() => action.run(revokeAll)}>
          Revoke everything
        </button>
      )}
      <Failure action={action} />
    </section>
  );
}
