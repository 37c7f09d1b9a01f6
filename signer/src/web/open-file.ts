import { ConsentSigner, newContent, newVault, openVault, restored, type Vault } from '../core/index.js';
import type { VaultStore } from './vault-store.js';

/** The patient's file, open in this tab. */
export interface OpenFile {
  readonly signer: ConsentSigner;
  readonly keep: (content: Vault['content']) => Promise<void>;
}

/** A new key in a new file. @throws SignerError `PASSPHRASE_TOO_SHORT`, `NAME_MALFORMED` */
export async function createFile(
  store: VaultStore,
  networkId: string,
  passphrase: string,
): Promise<OpenFile> {
  return begun(store, await newVault(await newContent(networkId), passphrase));
}

/** @throws SignerError `VAULT_LOCKED`, `VAULT_MALFORMED` */
export async function openFile(store: VaultStore, text: string, passphrase: string): Promise<OpenFile> {
  return opened(store, await openVault(text, passphrase));
}

/** Puts a backup in the place of a file that is lost. @throws SignerError `VAULT_LOCKED`, `VAULT_MALFORMED` */
export async function restoreFile(store: VaultStore, text: string, passphrase: string): Promise<OpenFile> {
  const vault = await openVault(text, passphrase);
  return begun(store, { ...vault, content: restored(vault.content) });
}

async function begun(store: VaultStore, vault: Vault): Promise<OpenFile> {
  const file = await opened(store, vault);
  await file.keep(vault.content);
  store.wishToStay();
  return file;
}

const opened = async (store: VaultStore, vault: Vault): Promise<OpenFile> => ({
  signer: await ConsentSigner.of(vault.content),
  keep: async (changed) => store.write(await vault.seal(changed)),
});
