import { SignerError } from '../core/index.js';
import { useAction } from './action.js';
import { Field, Form } from './form.js';
import { createFile, openFile, restoreFile, type OpenFile } from './open-file.js';
import type { VaultStore } from './vault-store.js';

export interface StartProps {
  readonly store: VaultStore;
  readonly opened: (file: OpenFile) => void;
}

/** The file is here: its passphrase opens it. */
export function Unlock({ store, file, opened }: StartProps & { readonly file: string }) {
  const submit = async (fields: FormData): Promise<void> => {
    opened(await openFile(store, file, passphraseIn(fields)));
  };
  return (
    <section>
      <h2>Open your file</h2>
      <Form name="Open" action={useAction()} submit={submit}>
        <Field label="Passphrase" name="passphrase" type="password" />
      </Form>
    </section>
  );
}

/** There is no file in this browser yet. */
export function Begin({ store, opened }: StartProps) {
  const create = async (fields: FormData): Promise<void> => {
    if (fields.get('passphrase') !== fields.get('again'))
      throw new SignerError('PASSPHRASE_DIFFERS', 'These are two passphrases: type the same one twice');
    opened(await createFile(store, String(fields.get('network')).trim(), passphraseIn(fields)));
  };
  const restore = async (fields: FormData): Promise<void> => {
    const file = fields.get('backup');
    if (!(file instanceof File)) return;
    opened(await restoreFile(store, await file.text(), passphraseIn(fields)));
  };
  return (
    <>
      <section>
        <h2>Make your key</h2>
        <p>
          It is made in this browser and stays here, in a file that only your passphrase opens. Nobody can
          give you another passphrase: keep it, and keep a backup of the file.
        </p>
        <Form name="Make my key" action={useAction()} submit={create}>
          <Field label="Network" name="network" />
          <Field label="Passphrase, at least 12 characters" name="passphrase" type="password" />
          <Field label="Passphrase once more" name="again" type="password" />
        </Form>
      </section>
      <section>
        <h2>Or restore a backup</h2>
        <Form name="Restore" action={useAction()} submit={restore}>
          <Field label="Backup" name="backup" type="file" />
          <Field label="Its passphrase" name="passphrase" type="password" />
        </Form>
      </section>
    </>
  );
}

const passphraseIn = (fields: FormData): string => String(fields.get('passphrase'));
