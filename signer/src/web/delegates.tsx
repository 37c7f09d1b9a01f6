import { delegatedSentence } from '@careledger/consent';
import {
  printable,
  ruleOf,
  type DelegatedDecision,
  type Desk,
  type GatewayView,
  type ListedDelegate,
} from '../core/index.js';
import { useAction } from './action.js';
import { AppointForm } from './appoint-form.js';
import { Failure } from './form.js';

export interface ShownDelegates {
  readonly delegates: readonly ListedDelegate[];
  readonly decisions: readonly DelegatedDecision[];
}

/** Who decides for the patient, and what each has decided. */
export function Delegates({
  desk,
  shown: { delegates, decisions },
  rules,
  changed,
}: {
  readonly desk: Desk;
  readonly shown: ShownDelegates;
  readonly rules: Pick<GatewayView, 'grants' | 'denials'>;
  readonly changed: () => void;
}) {
  const action = useAction();
  const end = async (delegationId: string, endGrants: boolean): Promise<void> => {
    const view = await desk.client.view(desk.patientId);
    await desk.decide(desk.signer.endDelegation(delegationId, endGrants, view));
    changed();
  };
  return (
    <section>
      <h2>Who decides for you</h2>
      {delegates.length === 0 && <p>Nobody but you.</p>}
      <ul aria-label="Delegates">
        {delegates.map((delegate) => {
          const { delegationId, status } = delegate;
          const done = decisions.filter((decision) => decision.delegationId === delegationId);
          return (
            <li key={delegationId}>
              {headOf(delegate)}
              <ul aria-label={`What ${nameOf(delegate)} has done`}>
                {done.length === 0 && <li>It has decided nothing yet.</li>}
                {done.map((decision) => (
                  <li key={decision.statementId}>
                    {decision.madeAt}: {printable(delegatedSentence(decision, ruleOf(decision, rules)))}
                  </li>
                ))}
              </ul>
              {(status === 'active' || status === 'pending') && (
                <>
                  <button disabled={action.isBusy} onClick={() => action.run(() => end(delegationId, false))}>
                    End
                  </button>
                  <button disabled={action.isBusy} onClick={() => action.run(() => end(delegationId, true))}>
                    End, with what it granted
                  </button>
                </>
              )}
            </li>
          );
        })}
      </ul>
      <Failure action={action} />
      <AppointForm desk={desk} changed={changed} />
    </section>
  );
}

/** The name in the patient's own words, where the gateway can open them. */
const nameOf = ({ name, delegationId }: ListedDelegate): string => printable(name ?? delegationId);

function headOf(delegate: ListedDelegate) {
  const { kind, status, until, acts } = delegate;
  return (
    <>
      <strong>{nameOf(delegate)}</strong> ({printable(kind)}, {printable(status)}) may{' '}
      {printable(acts.join(', '))} until {printable(until)}
    </>
  );
}
