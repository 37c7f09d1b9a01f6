export { KeyStore } from './key-store.js';
export type { KeyInfo, NewKey } from './key-store.js';
export type { KeyState, KeyType } from './file-format.js';
export { createKeyStore, openKeyStore, openOrCreateKeyStore } from './open.js';
export type { KeyStoreOptions } from './open.js';
export { SCRYPT_LOG_N, createKeyFile } from './unlock.js';
export type { KeyStoreUnlock, Scrypt, ScryptRequest } from './unlock.js';
