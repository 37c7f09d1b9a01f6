import { readFileSync } from 'node:fs';
import type { Static, TObject, TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { parse as parseYaml, YAMLParseError } from 'yaml';
import { settingsOf, type Setting } from './settings.js';

/** Prefix of every environment variable that sets a key of the configuration. */
const ENV_PREFIX = 'CARELEDGER_';
/** Names the configuration file when the caller does not. */
const ENV_CONFIG_FILE = `${ENV_PREFIX}CONFIG`;

export type ConfigErrorCode = 'CONFIG_FILE_UNREADABLE' | 'CONFIG_FILE_MALFORMED' | 'CONFIG_INVALID';

/** A configuration that cannot be used; the message names each key and what to do about it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  constructor(
    readonly code: ConfigErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export interface LoadConfigOptions<S extends TObject> {
  readonly schema: S;
  /** YAML or JSON; default: the path in CARELEDGER_CONFIG, else no file. */
  readonly file?: string;
  /** Default: process.env. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export interface LoadedConfig<S extends TObject> {
  readonly config: Static<S>;
  /** The same with every secret replaced, fit for the log. */
  readonly masked: unknown;
  /** CARELEDGER_ variables that set nothing here: most likely a spelling mistake, worth a warning. */
  readonly unknownVariables: readonly string[];
}

/**
 * Reads the configuration once: defaults of the schema, then the file, then the environment
 * (`http.bodyLimitBytes` is CARELEDGER_HTTP_BODY_LIMIT_BYTES; any string may be given as a file by
 * adding _FILE to the variable). Unknown keys are errors. The result is deeply frozen.
 * @throws ConfigError
 */
export function loadConfig<S extends TObject>(options: LoadConfigOptions<S>): LoadedConfig<S> {
  const { schema, env = process.env } = options;
  const settings = settingsOf(schema, ENV_PREFIX);
  const raw = readFile(options.file ?? env[ENV_CONFIG_FILE]);
  const unknownVariables = applyEnvironment(raw, settings, env);
  const config = Value.Default(schema, raw);
  const faults = describeFaults(schema, config, settings);
  if (faults.length > 0) {
    throw new ConfigError('CONFIG_INVALID', `The configuration cannot be used:\n  ${faults.join('\n  ')}`);
  }
  return {
    config: deepFreeze(config) as Static<S>,
    masked: mask(config, settings),
    unknownVariables,
  };
}

function readFile(path: string | undefined): Record<string, unknown> {
  if (path === undefined || path === '') return {};
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new ConfigError('CONFIG_FILE_UNREADABLE', `Cannot read ${path}: give a readable file`, { cause });
  }
  try {
    const value: unknown = parseYaml(text) ?? {};
    if (isRecord(value)) return value;
  } catch (cause) {
    if (!(cause instanceof YAMLParseError)) throw cause;
    throw new ConfigError('CONFIG_FILE_MALFORMED', `${path} is neither YAML nor JSON: ${cause.message}`, {
      cause,
    });
  }
  throw new ConfigError('CONFIG_FILE_MALFORMED', `${path} must hold one object of settings`);
}

/** Writes what the environment sets into `target`; returns the variables that name no setting. */
function applyEnvironment(
  target: Record<string, unknown>,
  settings: readonly Setting[],
  env: Readonly<Record<string, string | undefined>>,
): string[] {
  const byVariable = new Map(settings.map((setting) => [setting.variable, setting]));
  const unknown: string[] = [];
  for (const [variable, text] of Object.entries(env)) {
    if (!variable.startsWith(ENV_PREFIX) || variable === ENV_CONFIG_FILE || text === undefined) continue;
    const exact = byVariable.get(variable);
    if (exact) {
      assign(target, exact.path, fromText(text, exact, variable));
      continue;
    }
    const fromFile = variable.endsWith('_FILE')
      ? byVariable.get(variable.slice(0, -'_FILE'.length))
      : undefined;
    if (!fromFile) {
      unknown.push(variable);
      continue;
    }
    if (env[fromFile.variable] !== undefined) {
      throw new ConfigError('CONFIG_INVALID', `Set ${fromFile.variable} or ${variable}, not both`);
    }
    assign(target, fromFile.path, fromText(readSecretFile(text, variable), fromFile, variable));
  }
  return unknown;
}

function readSecretFile(path: string, variable: string): string {
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch (cause) {
    throw new ConfigError('CONFIG_FILE_UNREADABLE', `${variable} names ${path}, which cannot be read`, {
      cause,
    });
  }
}

function fromText(text: string, setting: Setting, variable: string): unknown {
  if (setting.kind === 'string') return text;
  if (setting.kind === 'json') {
    try {
      return JSON.parse(text);
    } catch (cause) {
      throw new ConfigError('CONFIG_INVALID', `${variable} must be JSON`, { cause });
    }
  }
  return Value.Convert(setting.schema, text);
}

function describeFaults(schema: TSchema, config: unknown, settings: readonly Setting[]): string[] {
  const faults = new Set<string>();
  for (const error of Value.Errors(schema, config)) {
    // The parent's own error repeats this one with the key's name.
    if (error.keyword === 'boolean') continue;
    const at = error.instancePath.slice(1).replaceAll('/', '.');
    const named =
      error.keyword === 'required'
        ? error.params.requiredProperties
        : error.keyword === 'additionalProperties'
          ? error.params.additionalProperties
          : undefined;
    for (const key of named ?? ['']) {
      const path = [at, key].filter(Boolean).join('.');
      const variable = settings.find((setting) => setting.path.join('.') === path)?.variable;
      const what =
        error.keyword === 'required'
          ? 'is missing: set it'
          : error.keyword === 'additionalProperties'
            ? 'is no setting: remove it or correct its name'
            : error.message;
      faults.add(`${path || '(the whole)'}${variable ? ` (${variable})` : ''} ${what}`);
    }
  }
  return [...faults];
}

function assign(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  let at = target;
  for (const key of path.slice(0, -1)) {
    const next = at[key];
    at = isRecord(next) ? next : ((at[key] = {}) as Record<string, unknown>);
  }
  at[path.at(-1) as string] = value;
}

const MASK = '***';

function mask(config: unknown, settings: readonly Setting[]): unknown {
  const copy: unknown = structuredClone(config);
  for (const setting of settings) {
    if (setting.secret) maskAt(copy, setting.path);
  }
  return copy;
}

/** `[]` in a path stands for each element of an array. */
function maskAt(value: unknown, path: readonly string[]): void {
  const [key, ...rest] = path;
  if (key === undefined || typeof value !== 'object' || value === null) return;
  if (key === '[]') {
    if (Array.isArray(value)) for (const element of value) maskAt(element, rest);
    return;
  }
  const record = value as Record<string, unknown>;
  if (record[key] === undefined) return;
  if (rest.length === 0) record[key] = MASK;
  else maskAt(record[key], rest);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function deepFreeze(value: unknown): unknown {
  if (typeof value === 'object' && value !== null) {
    for (const child of Object.values(value)) deepFreeze(child);
    Object.freeze(value);
  }
  return value;
}
