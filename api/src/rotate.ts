import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { CHANNELS } from '@careledger/domain';
import { rotateAttestor, rotateKeyCommand, rotateOrganisationKey } from '@careledger/ledger/service';
import type { ApiConfig } from './config.js';
import { KEY, openKeys } from './keys.js';
import { STORE_FILE } from './store/store.js';

const organisationKey =
  (use: 'signing' | 'encryption' | 'break-glass', name: string) =>
  (
    ledger: Parameters<typeof rotateOrganisationKey>[0],
    keys: Parameters<typeof rotateOrganisationKey>[1],
    { authorityId: issuer, networkId }: ApiConfig,
  ) =>
    rotateOrganisationKey(ledger, keys, {
      ...{ issuer, networkId, use, name, signingName: KEY.signing, channels: CHANNELS },
    });

/** Rotates one of the authority's keys, or the one with which it attests. */
export const rotateKey = rotateKeyCommand<ApiConfig>({
  storeFile: STORE_FILE,
  openKeys: ({ dataDir, keyPassphrase }) => openKeys(dataDir, keyPassphrase),
  uses: {
    signing: organisationKey('signing', KEY.signing),
    encryption: organisationKey('encryption', KEY.encryption),
    'break-glass': organisationKey('break-glass', KEY.breakGlass),
    attestor: (ledger, keys, { networkId, ledger: { mspId } }) =>
      rotateAttestor(ledger, keys, { networkId, mspId, name: KEY.attestor }),
  },
  // Records, visits and requests are signed when they are taken in.
  unsent: ({ dataDir }, use) => (use === 'signing' ? unsentIn(join(dataDir, STORE_FILE)) : undefined),
});

/** What lies signed in the outbox. */
function unsentIn(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const count = Number(database.prepare('SELECT count(*) AS n FROM outbox').get()?.['n']);
    return count === 0 ? undefined : `${count} writes are on their way`;
  } finally {
    database.close();
  }
}
