import { withdrawAttestorCommand } from '@careledger/ledger/service';
import { changePassphraseCommand, runServiceCli } from '@careledger/service-kit';
import { buildApp } from './app.js';
import { ApiConfig } from './config.js';
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
      build: async (config, logger) => ({ app: await buildApp(config, logger) }),
      register: {
        description: 'register keys, endpoint and attestor on both channels, as an admin of the organisation',
        run: async (config, admin) => ({ txIds: await register(config, admin) }),
      },
      commands: [changePassphraseCommand(STORE_FILE), rotateKey, withdrawAttestorCommand<ApiConfig>()],
    },
    argv,
  );
