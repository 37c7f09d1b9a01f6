import { useState } from 'preact/hooks';
import { Home } from './home.js';
import type { OpenFile } from './open-file.js';
import { Begin, Unlock } from './start.js';
import type { VaultStore } from './vault-store.js';

/** @param file as it was found; undefined before the first */
export function App({ store, file }: { readonly store: VaultStore; readonly file: string | undefined }) {
  const [open, setOpen] = useState<OpenFile>();
  const start = { store, opened: setOpen };
  return (
    <main>
      <h1>Your consent</h1>
      {open !== undefined && <Home file={open} store={store} />}
      {open === undefined && (file === undefined ? <Begin {...start} /> : <Unlock {...start} file={file} />)}
    </main>
  );
}

export const InUse = () => (
  <main>
    <h1>Your consent</h1>
    <p role="alert">Another tab of this browser has your file open. Close it, and load this page again.</p>
  </main>
);
