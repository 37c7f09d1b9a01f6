import { approvalTerms, printable, scopeWord, type AskedSubscription, type Desk } from '../core/index.js';
import { useAction } from './action.js';
import { Failure } from './form.js';

/** Who has asked for a grant and waits for an answer. */
export function Requests({
  desk,
  asked,
  changed,
}: {
  readonly desk: Desk;
  readonly asked: readonly AskedSubscription[];
  readonly changed: () => void;
}) {
  const action = useAction();
  const approve = async (request: AskedSubscription): Promise<void> => {
    const { client, patientId } = desk;
    const authority = await client.authority(request.authorityId);
    const view = await client.view(patientId);
    await desk.decide(await desk.signer.grant(approvalTerms(request, {}), view, authority));
    changed();
  };
  const reject = async ({ subscriptionId }: AskedSubscription): Promise<void> => {
    await desk.decide(desk.signer.plain({ name: 'rejectSubscription', body: { subscriptionId } }));
    changed();
  };
  return (
    <section>
      <h2>Requests</h2>
      {asked.length === 0 && <p>Nobody waits for an answer.</p>}
      <ul aria-label="Requests">
        {asked.map((request) => (
          <li key={request.subscriptionId}>
            <strong>{request.authorityId}</strong> asks to {request.permissions.join(', ')} for{' '}
            {request.purposes.join(', ')}
            {request.asked !== undefined &&
              `, of ${printable(request.asked.scope.map(scopeWord).join(', '))}`}
            {request.copyUnit !== undefined &&
              `, and to keep a searchable copy of it at ${printable(request.copyUnit.unit)}`}
            {request.until !== undefined && ` until ${request.until}`}
            {request.reason !== undefined && <q>{printable(request.reason)}</q>}
            <button disabled={action.isBusy} onClick={() => action.run(() => approve(request))}>
              Approve
            </button>
            <button class="quiet" disabled={action.isBusy} onClick={() => action.run(() => reject(request))}>
              Reject
            </button>
          </li>
        ))}
      </ul>
      <Failure action={action} />
    </section>
  );
}
