import { toBase64url } from '@careledger/crypto/portable';
import { useEffect, useState } from 'preact/hooks';
import { printable, type Desk, type SignerError } from '../core/index.js';
import { useAction } from './action.js';
import { saveBackup } from './backup.js';
import { Failure } from './form.js';
import type { VaultStore } from './vault-store.js';

/** Another key in the place of the patient's: made and signed, backed up, and only then used. */
export function Key({
  desk,
  store,
  changed,
}: {
  readonly desk: Desk;
  readonly store: VaultStore;
  readonly changed: () => void;
}) {
  const action = useAction();
  const [waiting, setWaiting] = useState<string>();
  const [isSaved, setSaved] = useState(false);
  const [refused, setRefused] = useState<string[]>([]);
  const look = async (): Promise<void> => setWaiting(await desk.signer.openRotation());
  useEffect(() => action.run(look), [desk]);
  const make = async (): Promise<void> => {
    setRefused([]);
    setSaved(false);
    const noted = ({ message }: SignerError) => setRefused((before) => [...before, printable(message)]);
    setWaiting(await desk.signRotation({ refused: noted }));
  };
  const save = async (): Promise<void> => {
    await saveBackup(store, desk.patientId);
    setSaved(true);
  };
  const use = async (statement: string): Promise<void> => {
    await desk.send(statement);
    await look();
    changed();
  };
  return (
    <section>
      <h2>Your key</h2>
      <p>
        You sign with <code>{toBase64url(desk.signer.key.publicKey)}</code>
      </p>
      {refused.map((why) => (
        <p key={why}>Your gateway refuses what you signed before: {why}</p>
      ))}
      {waiting === undefined ? (
        <>
          <p>
            Somebody else may have your key or your passphrase? Another key takes its place; what you have
            granted and denied stands.
          </p>
          <button disabled={action.isBusy} onClick={() => action.run(make)}>
            Make another key
          </button>
        </>
      ) : (
        <>
          <p role="status">
            Another key is made and signed. Until your gateway has it on every ledger, this goes on here: save
            a backup that has it, since those from before hold a key that will count no more; then use it.
          </p>
          <button disabled={action.isBusy} onClick={() => action.run(save)}>
            Save a backup with the new key
          </button>
          <button disabled={action.isBusy || !isSaved} onClick={() => action.run(() => use(waiting))}>
            Use the new key
          </button>
        </>
      )}
      <Failure action={action} />
    </section>
  );
}
