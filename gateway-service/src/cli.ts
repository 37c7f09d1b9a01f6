import { createLogger, loadConfig, serve } from '@careledger/service-kit';
import { Command } from 'commander';
import { buildApp } from './app.js';
import { GatewayConfig } from './config.js';
import { register } from './register.js';

/** What `careledger-gateway` does, by its arguments. */
export async function main(argv: readonly string[]): Promise<void> {
  const program = new Command('careledger-gateway').description(
    'Gateway of layer 1: takes devices’ frames in, chains them, makes records, and brings them to the ledgers',
  );
  const configOption = ['--config <file>', 'YAML or JSON; CARELEDGER_* variables override it'] as const;

  program
    .command('serve', { isDefault: true })
    .description('serve until SIGTERM; prints one JSON line when ready')
    .option(...configOption)
    .action(async (options: { config?: string }) => {
      const { config, masked, unknownVariables } = read(options.config);
      const logger = createLogger(config.gatewayId, config.log);
      logger.info({ config: masked }, 'configuration');
      if (unknownVariables.length > 0)
        logger.warn({ variables: unknownVariables }, 'these variables set nothing: misspelt?');
      const onFatal = (err: Error): void => {
        logger.fatal({ err }, 'the gateway cannot go on: start it again');
        // At once: nothing that this process believes about its disk may be acknowledged any more.
        process.exit(1);
      };
      const { app, gateway } = await buildApp(config, logger, onFatal);
      await serve(app, {
        service: config.gatewayId,
        http: config.http,
        urls: () => ({ mqtt: gateway.mqttUrl }),
      });
    });

  program
    .command('register')
    .description('register the key that attests transactions for the organisation, as its admin')
    .option(...configOption)
    .requiredOption('--admin-cert <file>', 'certificate of the organisation’s admin')
    .requiredOption('--admin-key <file>', 'its private key')
    .action(async (options: { config?: string; adminCert: string; adminKey: string }) => {
      const { config } = read(options.config);
      const admin = { certificateFile: options.adminCert, privateKeyFile: options.adminKey };
      const txIds = await register(config, admin);
      process.stdout.write(`${JSON.stringify({ gatewayId: config.gatewayId, txIds })}\n`);
    });

  await program.parseAsync(argv);
}

function read(file: string | undefined) {
  return loadConfig({ schema: GatewayConfig, ...(file !== undefined && { file }) });
}
