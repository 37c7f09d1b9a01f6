import { useAction } from './action.js';
import type { Counter } from './counter.js';
import { Failure } from './form.js';

/** What was signed and what the gateway has not said that it has. */
export function Unsent({ counter, changed }: { readonly counter: Counter; readonly changed: () => void }) {
  const action = useAction();
  const { desk, client } = counter;
  const statements = desk.unsent();
  if (statements.length === 0) return null;
  const send = async (): Promise<void> => {
    for (const statement of statements) await desk.send(client, statement);
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
