export { KeyStore } from './key-store.js';
export type { NewKey } from './key-store.js';
export { changeKeyStorePassphrase, createKeyStore, openKeyStore, openOrCreateKeyStore } from './open.js';
export { createKeyFile } from './unlock.js';
export type { Scrypt, ScryptRequest } from './unlock.js';
