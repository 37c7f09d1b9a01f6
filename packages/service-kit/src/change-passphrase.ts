import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { changeKeyStorePassphrase } from '@careledger/crypto/key-store';
import type { ServiceCommand } from './cli.js';
import { ConfigError } from './config/config.js';
import { whileLocked } from './sqlite/lock.js';

/** As `keyPassphrase` of every service has it. */
const PASSPHRASE_MIN_CHARS = 12;
const NEW_PASSPHRASE_FILE = 'new-passphrase-file';

/** Name of every service's key store in its `dataDir`. */
export const KEY_STORE_FILE = 'keys.json';

/** Where a service has its keys. */
export interface KeyStorePlace {
  readonly dataDir: string;
  readonly keyPassphrase: string;
  readonly scryptLogN?: number | undefined;
}

/**
 * `change-passphrase`: seals a service's key store under another passphrase, which the configuration has to give from then
 * on. Killed in the middle, one of the two opens the store, and the same command again ends it.
 * @param storeFile name of the service's store in its `dataDir`: locked meanwhile, so that the service does not run
 */
export function changePassphraseCommand(storeFile: string): ServiceCommand<KeyStorePlace> {
  return {
    name: 'change-passphrase',
    description: 'seal the key store under another passphrase, while the service is stopped',
    options: {
      [NEW_PASSPHRASE_FILE]: 'file with the new passphrase; the configuration gives the one until now',
    },
    isByAdmin: false,
    run: async ({ dataDir, keyPassphrase: passphrase, scryptLogN }, given) => {
      const newPassphrase = passphraseIn(given[NEW_PASSPHRASE_FILE] ?? '');
      const cost = scryptLogN === undefined ? {} : { scryptLogN };
      const path = join(dataDir, KEY_STORE_FILE);
      await whileLocked(join(dataDir, storeFile), () =>
        changeKeyStorePassphrase({ path, unlock: { passphrase }, ...cost }, newPassphrase),
      );
      return { changed: 'keyPassphrase' };
    },
  };
}

/** @throws ConfigError `CONFIG_INVALID` */
function passphraseIn(file: string): string {
  const passphrase = readFileSync(file, 'utf8').trimEnd();
  if (passphrase.length < PASSPHRASE_MIN_CHARS)
    throw new ConfigError('CONFIG_INVALID', `A passphrase has at least ${PASSPHRASE_MIN_CHARS} characters`);
  return passphrase;
}
