import { ConsentSigner, Desk, newContent, newVault, openVault, restored, type Vault } from '../core/index.js';
import type { VaultStore } from './vault-store.js';

/** A new key in a new file. @throws SignerError `PASSPHRASE_TOO_SHORT` */
export async function createFile(store: VaultStore, networkId: string, passphrase: string): Promise<Desk> {
  const vault = await newVault(await newContent(networkId), passphrase);
  return begun(store, vault);
}

/** @throws SignerError `VAULT_LOCKED`, `VAULT_MALFORMED` */
export async function openFile(store: VaultStore, text: string, passphrase: string): Promise<Desk> {
  const vault = await openVault(text, passphrase);
  return deskOf(store, vault, vault.content);
}

/** Puts a backup in the place of a file that is lost. @throws SignerError `VAULT_LOCKED`, `VAULT_MALFORMED` */
export async function restoreFile(store: VaultStore, text: string, passphrase: string): Promise<Desk> {
  const vault = await openVault(text, passphrase);
  return begun(store, { ...vault, content: restored(vault.content) });
}

async function begun(store: VaultStore, vault: Vault): Promise<Desk> {
  const desk = await deskOf(store, vault, vault.content);
  await desk.keep();
  return desk;
}

const deskOf = async (store: VaultStore, vault: Vault, content: Vault['content']): Promise<Desk> =>
  new Desk(await ConsentSigner.of(content), async (changed) => store.write(await vault.seal(changed)));
