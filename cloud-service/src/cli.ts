import { changePassphraseCommand, runServiceCli } from '@careledger/service-kit';
import { buildApp } from './app.js';
import { CloudConfig } from './config.js';
import { register } from './register.js';
import { rotateKey } from './rotate.js';
import { STORE_FILE } from './store/migrations.js';

/** What `careledger-cloud` does, by its arguments. */
export const main = (argv: readonly string[]): Promise<void> =>
  runServiceCli(
    {
      name: 'careledger-cloud',
      description: 'Cloud provider of layer 3: keeps ciphertext, enforces permits',
      schema: CloudConfig,
      identityOf: (config) => config.providerId,
      build: async (config, logger) => ({ app: await buildApp(config, logger) }),
      register: {
        description: 'register keys and endpoint on channel cloud, as an admin of the organisation',
        run: async (config, admin) => ({ txId: await register(config, admin) }),
      },
      commands: [changePassphraseCommand(STORE_FILE), rotateKey],
    },
    argv,
  );
