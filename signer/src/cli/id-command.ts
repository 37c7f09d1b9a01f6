import { Id128, PublicKey } from '@careledger/domain';
import { Command, type OptionValueSource, type ParseOptionsResult } from 'commander';
import { Value } from 'typebox/value';

/** Before a word that is no flag: no argument of a program can have it in it, since strings of C end there. */
const MARK = '\0';

/**
 * A command, and its subcommands, that takes an id or a key for what it is wherever it stands. One in 64 begins with `-`
 * (base64url), and commander would take it for a flag; a key's id cannot be drawn anew.
 */
export class IdCommand extends Command {
  override createCommand(name?: string): IdCommand {
    return new IdCommand(name);
  }

  override parseOptions(argv: string[]): ParseOptionsResult {
    const { operands, unknown } = super.parseOptions(argv.map(marked));
    return { operands: operands.map(unmarked), unknown: unknown.map(unmarked) };
  }

  override setOptionValueWithSource(key: string, value: unknown, source: OptionValueSource): this {
    const given = Array.isArray(value) ? value.map(unmarkedValue) : unmarkedValue(value);
    return super.setOptionValueWithSource(key, given, source);
  }
}

/** Whether a word has the form of an id or a key, and that of a flag as well. */
export const isDashedId = (word: string): boolean =>
  word.startsWith('-') && (Value.Check(Id128, word) || Value.Check(PublicKey, word));

const marked = (word: string): string => (isDashedId(word) ? MARK + word : word);
const unmarked = (word: string): string => (word.startsWith(MARK) ? word.slice(MARK.length) : word);
const unmarkedValue = (value: unknown): unknown => (typeof value === 'string' ? unmarked(value) : value);
