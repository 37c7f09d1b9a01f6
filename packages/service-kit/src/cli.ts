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

/** One more thing that a service's program does, once, while the service itself does not run. */
export interface ServiceCommand<C> {
  /** One word, or a noun and what is done: `user add`. */
  readonly name: string;
  readonly description: string;
  /** What has to be given, by flag: `new-passphrase-file` is given as `--new-passphrase-file <value>`. */
  readonly options?: Readonly<Record<string, string>>;
  /** What may be given. */
  readonly optional?: Readonly<Record<string, string>>;
  /** Whether it is done as the organisation's admin. */
  readonly isByAdmin: boolean;
  /** What it prints, as JSON beside the identity. @param given by flag */
  readonly run: (
    config: C,
    given: Readonly<Record<string, string>>,
    admin: AdminFiles,
  ) => Promise<Readonly<Record<string, unknown>>>;
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
  /** Of a service that the ledger knows. */
  readonly register?: {
    readonly description: string;
    /** What it prints, as JSON beside the identity. */
    readonly run: (config: Static<S>, admin: AdminFiles) => Promise<Readonly<Record<string, unknown>>>;
  };
  readonly commands?: readonly ServiceCommand<NoInfer<Static<S>>>[];
}

/** What every service's program does by its arguments: `serve`, which is the default, `register`, and commands of its own. */
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

  const commands: ServiceCommand<Static<S>>[] = [...(options.commands ?? [])];
  const { register } = options;
  if (register !== undefined)
    commands.unshift({
      name: 'register',
      description: register.description,
      isByAdmin: true,
      run: (config, _given, admin) => register.run(config, admin),
    });
  for (const command of commands) {
    const [name = '', verb] = command.name.split(' ');
    const noun = program.commands.find((each) => each.name() === name);
    const added = (verb === undefined ? program.command(name) : (noun ?? program.command(name)).command(verb))
      .description(command.description)
      .option(...configOption);
    for (const [flag, what] of Object.entries({
      ...command.options,
      ...(command.isByAdmin && ADMIN_OPTIONS),
    }))
      added.requiredOption(`--${flag} <value>`, what);
    for (const [flag, what] of Object.entries(command.optional ?? {}))
      added.option(`--${flag} <value>`, what);
    added.action(async () => {
      const given = valuesByFlag(added);
      const { config } = read(given['config']);
      const admin = { certificateFile: given['admin-cert'] ?? '', privateKeyFile: given['admin-key'] ?? '' };
      const result = await command.run(config, given, admin);
      process.stdout.write(`${JSON.stringify({ id: identityOf(config), ...result })}\n`);
    });
  }

  await program.parseAsync(argv);
}

const ADMIN_OPTIONS = {
  'admin-cert': 'file with the certificate of the organisation’s admin',
  'admin-key': 'file with its private key',
};

/** Commander names options in camel case; here they have the names that people type. */
function valuesByFlag(command: Command): Record<string, string> {
  const values = command.opts<Record<string, string>>();
  return Object.fromEntries(
    command.options.flatMap((option) => {
      const value = values[option.attributeName()];
      return value === undefined ? [] : [[option.name(), value]];
    }),
  );
}
