import { withdrawAttestorCommand } from '@careledger/ledger/service';
import { changePassphraseCommand, runServiceCli } from '@careledger/service-kit';
import { buildApp } from './app.js';
import { GatewayConfig } from './config.js';
import { register } from './register.js';
import { STORE_FILE } from './migrations.js';
import { rotateKey } from './rotate.js';

/** What `careledger-gateway` does, by its arguments. */
export const main = (argv: readonly string[]): Promise<void> =>
  runServiceCli(
    {
      name: 'careledger-gateway',
      description:
        'Gateway of layer 1: takes devices’ frames in, chains them, makes records, and brings them to the ledgers',
      schema: GatewayConfig,
      identityOf: (config) => config.gatewayId,
      build: async (config, logger) => {
        const onFatal = (err: Error): void => {
          logger.fatal({ err }, 'the gateway cannot go on: start it again');
          // At once: nothing that this process believes about its disk may be acknowledged any more.
          process.exit(1);
        };
        const { app, gateway } = await buildApp(config, logger, onFatal);
        return { app, urls: () => ({ mqtt: gateway.mqttUrl }) };
      },
      register: {
        description: 'register the key that attests transactions for the organisation, as its admin',
        run: async (config, admin) => ({ txIds: await register(config, admin) }),
      },
      commands: [changePassphraseCommand(STORE_FILE), rotateKey, withdrawAttestorCommand<GatewayConfig>()],
    },
    argv,
  );
