import { useState } from 'preact/hooks';
import type { Desk } from '../core/index.js';
import { Home } from './home.js';
import { Begin, Unlock } from './start.js';
import type { VaultStore } from './vault-store.js';

/** @param file as it was found; undefined before the first */
export function App({ store, file }: { readonly store: VaultStore; readonly file: string | undefined }) {
  const [desk, setDesk] = useState<Desk>();
  const start = { store, opened: setDesk };
  return (
    <main>
      <h1>Your consent</h1>
      {desk !== undefined && <Home desk={desk} store={store} />}
      {desk === undefined && (file === undefined ? <Begin {...start} /> : <Unlock {...start} file={file} />)}
    </main>
  );
}

export const InUse = () => (
  <main>
    <h1>Your consent</h1>
    <p role="alert">Another tab of this browser has your file open. Close it, and load this page again.</p>
  </main>
);
