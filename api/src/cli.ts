import { Command } from 'commander';
import { createLogger, loadConfig, serve } from '@careledger/service-kit';
import { buildApp } from './app.js';
import { ApiConfig } from './config.js';
import { register } from './register.js';

/** What `careledger-api` does, by its arguments. */
export async function main(argv: readonly string[]): Promise<void> {
  const program = new Command('careledger-api').description('Door of an authority (layer 2)');
  const configOption = ['--config <file>', 'YAML or JSON; CARELEDGER_* variables override it'] as const;

  program
    .command('serve', { isDefault: true })
    .description('serve until SIGTERM; prints one JSON line when ready')
    .option(...configOption)
    .action(async (options: { config?: string }) => {
      const { loaded, masked, unknownVariables } = read(options.config);
      const logger = createLogger(loaded.authorityId, loaded.log);
      logger.info({ config: masked }, 'configuration');
      if (unknownVariables.length > 0)
        logger.warn({ variables: unknownVariables }, 'these variables set nothing: misspelt?');
      const app = await buildApp(loaded, logger);
      await serve(app, { service: loaded.authorityId, http: loaded.http });
    });

  program
    .command('register')
    .description('register keys and endpoint on both channels, as an admin of the organisation')
    .option(...configOption)
    .requiredOption('--admin-cert <file>', 'certificate of the organisation’s admin')
    .requiredOption('--admin-key <file>', 'its private key')
    .action(async (options: { config?: string; adminCert: string; adminKey: string }) => {
      const { loaded } = read(options.config);
      const txIds = await register(loaded, {
        certificateFile: options.adminCert,
        privateKeyFile: options.adminKey,
      });
      process.stdout.write(`${JSON.stringify({ authorityId: loaded.authorityId, txIds })}\n`);
    });

  await program.parseAsync(argv);
}

function read(file: string | undefined) {
  const { config, masked, unknownVariables } = loadConfig({
    schema: ApiConfig,
    ...(file !== undefined && { file }),
  });
  return { loaded: config, masked, unknownVariables };
}
