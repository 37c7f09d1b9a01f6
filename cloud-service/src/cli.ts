import { Command } from 'commander';
import { createLogger, loadConfig, serve } from '@careledger/service-kit';
import { buildApp } from './app.js';
import { CloudConfig } from './config.js';
import { register } from './register.js';

/** What `careledger-cloud` does, by its arguments. */
export async function main(argv: readonly string[]): Promise<void> {
  const program = new Command('careledger-cloud').description(
    'Cloud provider of layer 3: keeps ciphertext, enforces permits',
  );
  const configOption = ['--config <file>', 'YAML or JSON; CARELEDGER_* variables override it'] as const;

  program
    .command('serve', { isDefault: true })
    .description('serve until SIGTERM; prints one JSON line when ready')
    .option(...configOption)
    .action(async (options: { config?: string }) => {
      const config = read(options.config);
      const logger = createLogger(config.loaded.providerId, config.loaded.log);
      logger.info({ config: config.masked }, 'configuration');
      if (config.unknownVariables.length > 0)
        logger.warn({ variables: config.unknownVariables }, 'these variables set nothing: misspelt?');
      const app = await buildApp(config.loaded, logger);
      await serve(app, { service: config.loaded.providerId, http: config.loaded.http });
    });

  program
    .command('register')
    .description('register keys and endpoint on channel cloud, as an admin of the organisation')
    .option(...configOption)
    .requiredOption('--admin-cert <file>', 'certificate of the organisation’s admin')
    .requiredOption('--admin-key <file>', 'its private key')
    .action(async (options: { config?: string; adminCert: string; adminKey: string }) => {
      const { loaded } = read(options.config);
      const txId = await register(loaded, {
        certificateFile: options.adminCert,
        privateKeyFile: options.adminKey,
      });
      process.stdout.write(`${JSON.stringify({ providerId: loaded.providerId, txId })}\n`);
    });

  await program.parseAsync(argv);
}

function read(file: string | undefined) {
  const { config, masked, unknownVariables } = loadConfig({
    schema: CloudConfig,
    ...(file !== undefined && { file }),
  });
  return { loaded: config, masked, unknownVariables };
}
