import { useAction } from './action.js';
import { Failure } from './form.js';
import type { VaultStore } from './vault-store.js';

/** The file as it is kept, encrypted: a browser that is cleared has lost it. */
export function Backup({ store, patientId }: { readonly store: VaultStore; readonly patientId: string }) {
  const action = useAction();
  const save = async (): Promise<void> => {
    const text = await store.read();
    if (text === undefined) return;
    const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
    const link = document.createElement('a');
    Object.assign(link, { href: url, download: `careledger-consent-${patientId}.json` });
    link.click();
    URL.revokeObjectURL(url);
  };
  return (
    <section>
      <h2>Backup</h2>
      <p>
        A browser that is cleared has lost your key. The backup opens with the passphrase that you have now,
        here and with <code>careledger-consent</code>.
      </p>
      <button onClick={() => action.run(save)}>Save a backup</button>
      <Failure action={action} />
    </section>
  );
}
