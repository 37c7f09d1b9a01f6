import { readSigned, type Desk } from '../core/index.js';
import { useAction } from './action.js';
import { Failure } from './form.js';

/** A rotation goes from where its backup is offered: `key.tsx`. */
const waitsForBackup = (statement: string): boolean => readSigned(statement).name === 'rotatePatientKey';

/** What was signed and what the gateway has not said that it has. */
export function Unsent({ desk, changed }: { readonly desk: Desk; readonly changed: () => void }) {
  const action = useAction();
  const statements = desk.signer.unsent().filter((statement) => !waitsForBackup(statement));
  if (statements.length === 0) return null;
  const send = async (): Promise<void> => {
    await desk.sendUnsent(async (statement) => {
      if (!waitsForBackup(statement)) await desk.send(statement);
    });
    changed();
  };
  return (
    <section>
      <p>{statements.length} signed, and not taken by the gateway yet.</p>
      <button disabled={action.isBusy} onClick={() => action.run(send)}>
        Send again
      </button>
      <Failure action={action} />
    </section>
  );
}
