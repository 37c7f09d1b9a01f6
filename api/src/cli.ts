import { withdrawAttestorCommand } from '@careledger/ledger/service';
import { changePassphraseCommand, runServiceCli } from '@careledger/service-kit';
import { ApiConfig } from './config.js';
import { openKeys } from './keys.js';
import { register } from './register.js';
import { rotateKey } from './rotate.js';
import { STORE_FILE } from './store/store.js';

/** What `careledger-api` does, by its arguments. */
export const main = (argv: readonly string[]): Promise<void> =>
  runServiceCli(
    {
      name: 'careledger-api',
      description: 'API of an authority (layer 2)',
      schema: ApiConfig,
      identityOf: (config) => config.authorityId,
      build: async (config, logger) => {
        // Unlocking takes 128 MiB for a moment: before everything else is in memory.
        const keys = await openKeys(config.dataDir, config.keyPassphrase);
        const { buildApp } = await import('./app.js');
        return { app: await buildApp(config, logger, keys) };
      },
      register: {
        description: 'register keys, endpoint and attestor on both channels, as an admin of the organisation',
        run: async (config, admin) => ({ txIds: await register(config, admin) }),
      },
      commands: [changePassphraseCommand(STORE_FILE), rotateKey, withdrawAttestorCommand<ApiConfig>()],
    },
    argv,
  );
