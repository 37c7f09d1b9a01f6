import { useEffect, useState } from 'preact/hooks';
import {
  nameOfRecovery,
  printable,
  recoveriesUnderWay,
  type Desk,
  type ListedRecovery,
} from '../core/index.js';
import { useAction } from './action.js';
import { Failure } from './form.js';

/** Who is about to replace the patient's key, by the gateway's word. Nothing is shown where nobody is. */
export function Recoveries({ desk }: { readonly desk: Desk }) {
  const action = useAction();
  const [recoveries, setRecoveries] = useState<ListedRecovery[]>([]);
  const look = async (): Promise<void> => {
    setRecoveries(recoveriesUnderWay(await desk.client.recoveries(desk.patientId)));
  };
  useEffect(() => action.run(look), [desk]);
  const object = async ({ recoveryId }: ListedRecovery): Promise<void> => {
    await desk.decide(desk.signer.objection(recoveryId));
    await look();
  };
  if (recoveries.length === 0) return <Failure action={action} />;
  return (
    <section>
      <h2>Somebody is about to replace your key</h2>
      {recoveries.map((recovery) => (
        <article key={nameOfRecovery(recovery)}>
          <p role="alert">
            {printable(recovery.openedBy)}
            {recovery.confirmedBy !== undefined && ` and ${printable(recovery.confirmedBy)}`} vouch for
            another key, <code>{recovery.newKey}</code>, since yours is said to be{' '}
            {recovery.reason === 'lost' ? 'lost' : 'in somebody else’s hands'}.{' '}
            {recovery.takesEffectAt === undefined
              ? 'Another organisation has to confirm it.'
              : `It may take over from ${printable(recovery.takesEffectAt)} on.`}
          </p>
          {recovery.reason === 'lost' ? (
            <button disabled={action.isBusy} onClick={() => action.run(() => object(recovery))}>
              My key is not lost: end this
            </button>
          ) : (
            <p>If that is wrong, tell them, and whoever runs the network. You may still revoke.</p>
          )}
        </article>
      ))}
      <Failure action={action} />
    </section>
  );
}
