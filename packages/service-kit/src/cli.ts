import { Command } from 'commander';
import type { Static, TObject } from 'typebox';
import { loadConfig } from './config/config.js';
import type { ServiceConfig } from './config/service-config.js';
import { serve } from './http/serve.js';
import type { ServiceApp } from './http/service.js';
import { createLogger, type Logger } from './logging.js';
import { startTracing } from './tracing/tracing.js';

/** PEM files of an organisation's admin. */
export interface AdminFiles {
  readonly certificateFile: string;
  readonly privateKeyFile: string;
}

export interface ServiceCliOptions<S extends TObject> {
  /** Name of the program. */
  readonly name: string;
  readonly description: string;
  readonly schema: S;
  /** Who this process is: names its log and its ready line. */
  readonly identityOf: (config: Static<S>) => string;
  readonly build: (
    config: Static<S>,
    logger: Logger,
  ) => Promise<{ readonly app: ServiceApp; readonly urls?: () => Readonly<Record<string, string>> }>;
  readonly register: {
    readonly description: string;
    /** What it prints, as JSON beside the identity. */
    readonly run: (config: Static<S>, admin: AdminFiles) => Promise<Readonly<Record<string, unknown>>>;
  };
}

/** What every service's program does by its arguments: `serve`, which is the default, and `register`. */
export async function runServiceCli<S extends TObject>(
  options: ServiceCliOptions<S>,
  argv: readonly string[],
): Promise<void> {
  const { name, description, schema, identityOf } = options;
  const program = new Command(name).description(description);
  const configOption = ['--config <file>', 'YAML or JSON; CARELEDGER_* variables override it'] as const;
  const read = (file: string | undefined) => loadConfig({ schema, ...(file !== undefined && { file }) });

  program
    .command('serve', { isDefault: true })
    .description('serve until SIGTERM; prints one JSON line when ready')
    .option(...configOption)
    .action(async ({ config: file }: { config?: string }) => {
      const { config, masked, unknownVariables } = read(file);
      // Every service's schema spreads `serviceConfigProperties`.
      const { http, log, tracing: tracingConfig } = config as Static<S> & ServiceConfig;
      const service = identityOf(config);
      const logger = createLogger(service, log);
      logger.info({ config: masked }, 'configuration');
      if (unknownVariables.length > 0)
        logger.warn({ variables: unknownVariables }, 'these variables set nothing: misspelt?');
      const tracing = await startTracing({ service, config: tracingConfig, logger });
      const { app, urls } = await options.build(config, logger);
      const onStopped = (): Promise<void> => tracing?.stop() ?? Promise.resolve();
      await serve(app, { service, http, onStopped, ...(urls && { urls }) });
    });

  program
    .command('register')
    .description(options.register.description)
    .option(...configOption)
    .requiredOption('--admin-cert <file>', 'certificate of the organisation’s admin')
    .requiredOption('--admin-key <file>', 'its private key')
    .action(async (given: { config?: string; adminCert: string; adminKey: string }) => {
      const { config } = read(given.config);
      const admin = { certificateFile: given.adminCert, privateKeyFile: given.adminKey };
      const result = await options.register.run(config, admin);
      process.stdout.write(`${JSON.stringify({ id: identityOf(config), ...result })}\n`);
    });

  await program.parseAsync(argv);
}
