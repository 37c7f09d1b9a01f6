import type { GrantTerms } from '@careledger/consent';
import { approvalTerms, printable, scopeWord, type AskedSubscription, type Desk } from '../core/index.js';
import { useAction } from './action.js';
import { Failure } from './form.js';
import { PartForm } from './part-form.js';
import { partIn } from './typed-terms.js';

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
  /** @param said what narrows it; nothing for all of it */
  const approve = async (request: AskedSubscription, said: Partial<GrantTerms>): Promise<void> => {
    const { client, patientId } = desk;
    const terms = approvalTerms(request, said);
    const authority = await client.authority(request.authorityId);
    const view = await client.view(patientId);
    await desk.decide(await desk.signer.grant(terms, view, authority));
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
            {request.detail === true && ' with the single measured values'}
            {request.copyUnit !== undefined &&
              `, and to keep a searchable copy of it at ${printable(request.copyUnit.unit)}`}
            {request.until !== undefined && ` until ${request.until}`}
            {request.reason !== undefined && <q>{printable(request.reason)}</q>}
            <button disabled={action.isBusy} onClick={() => action.run(() => approve(request, {}))}>
              Approve
            </button>
            <button class="quiet" disabled={action.isBusy} onClick={() => action.run(() => reject(request))}>
              Reject
            </button>
            <PartForm request={request} approve={(fields) => approve(request, partIn(fields, request))} />
          </li>
        ))}
      </ul>
      <Failure action={action} />
    </section>
  );
}
