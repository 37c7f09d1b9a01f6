import { Clients } from './clients/clients.js';
import type { IdentityConfig } from './config.js';
import { KEY, openKeys } from './keys.js';
import { Users } from './people/users.js';
import { openStore } from './store/open-store.js';
import { SigningKeys } from './store/signing-keys.js';

/** What operators change, also while the provider runs. */
export function openAdministration(config: Pick<IdentityConfig, 'dataDir' | 'keyPassphrase'>) {
  const database = openStore(config.dataDir);
  return {
    users: new Users(database),
    clients: new Clients(database),
    /** A new key signs from the next start on. @returns its kid */
    rotateKey: async (): Promise<string> => {
      const keys = await openKeys(config.dataDir, config.keyPassphrase);
      try {
        return await new SigningKeys(database, keys.secret(KEY.store)).rotate();
      } finally {
        await keys.close();
      }
    },
    [Symbol.dispose]: () => database.close(),
  };
}
