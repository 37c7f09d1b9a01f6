import { rotateKeyCommand, rotateOrganisationKey } from '@careledger/ledger/service';
import type { CloudConfig } from './config.js';
import { KEY, openKeys } from './keys.js';
import { PROVIDER_CHANNELS } from './register.js';
import { STORE_FILE } from './store/migrations.js';

const providerKey =
  (use: 'signing' | 'encryption') =>
  (
    ledger: Parameters<typeof rotateOrganisationKey>[0],
    keys: Parameters<typeof rotateOrganisationKey>[1],
    { providerId: issuer, networkId }: CloudConfig,
  ) =>
    rotateOrganisationKey(ledger, keys, {
      ...{ issuer, networkId, use, name: KEY[use], signingName: KEY.signing, channels: PROVIDER_CHANNELS },
    });

/** Rotates one of the provider's keys. What it sends is signed when it is sent. */
export const rotateKey = rotateKeyCommand<CloudConfig>({
  storeFile: STORE_FILE,
  openKeys: ({ dataDir, keyPassphrase }) => openKeys(dataDir, keyPassphrase),
  uses: { signing: providerKey('signing'), encryption: providerKey('encryption') },
});
