import { useAction } from './action.js';
import { download } from './download.js';
import { Failure } from './form.js';
import type { VaultStore } from './vault-store.js';

/** Gives the patient the file as it is kept, encrypted. */
export async function saveBackup(store: VaultStore, patientId: string): Promise<void> {
  const text = await store.read();
  if (text !== undefined) download(`careledger-consent-${patientId}.json`, text);
}

/** A browser that is cleared has lost the file. */
export function Backup({ store, patientId }: { readonly store: VaultStore; readonly patientId: string }) {
  const action = useAction();
  return (
    <section>
      <h2>Backup</h2>
      <p>
        A browser that is cleared has lost your key. The backup opens with the passphrase that you have now,
        here and with <code>careledger-consent</code>.
      </p>
      <button onClick={() => action.run(() => saveBackup(store, patientId))}>Save a backup</button>
      <Failure action={action} />
    </section>
  );
}
