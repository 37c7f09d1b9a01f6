import { render } from 'preact';
import { App, InUse } from './app.js';
import { VaultStore, onlyHere } from './vault-store.js';

const root = document.querySelector('#page');
if (root === null) throw new Error('The page has no place for it');

const hasIt = await onlyHere(async () => {
  const store = new VaultStore();
  render(<App store={store} file={await store.read()} />, root);
  // Until the tab is closed.
  await new Promise(() => undefined);
});
if (!hasIt) render(<InUse />, root);
