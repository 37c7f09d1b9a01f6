import { parseArgs } from 'node:util';
import type { ParseArgsOptionsConfig } from 'node:util';
import { DevnetError, messageOf } from '../errors.js';

/** A flag's value as it stands on the command line. */
export type FlagValues = Readonly<
  Record<string, string | boolean | readonly (string | boolean)[] | undefined>
>;

/** Reads flags strictly. @throws DevnetError BAD_FLAG */
export function parseFlags(args: readonly string[], options: ParseArgsOptionsConfig): FlagValues {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values;
  } catch (cause) {
    throw new DevnetError('BAD_FLAG', `${messageOf(cause)} (careledger-devnet --help lists the flags)`, {
      cause,
    });
  }
}

/** The text of a flag that is given once. */
export function text(values: FlagValues, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
}

/** The texts of a flag that may be repeated. */
export function texts(values: FlagValues, name: string): string[] {
  const value = values[name];
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

/** A whole number. @throws DevnetError BAD_FLAG */
export function wholeNumber(values: FlagValues, name: string): number | undefined {
  const value = text(values, name);
  if (value === undefined) return undefined;
  if (!/^\d+$/.test(value)) throw new DevnetError('BAD_FLAG', `--${name} ${value}: a whole number is needed`);
  return Number(value);
}

/** Splits `LEFT SEPARATOR RIGHT` at the first separator. @throws DevnetError BAD_FLAG */
export function split(name: string, value: string, separator: string, form: string): [string, string] {
  const at = value.indexOf(separator);
  if (at <= 0 || at === value.length - 1)
    throw new DevnetError('BAD_FLAG', `--${name} ${value}: use ${form}`);
  return [value.slice(0, at), value.slice(at + 1)];
}
