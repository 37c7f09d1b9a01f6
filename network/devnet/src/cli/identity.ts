import { DevnetError } from '../errors.js';
import { issueIdentity } from '../identity/organisation-store.js';
import { parseFlags, split, text, texts } from './parse.js';

const FLAGS = {
  dir: { type: 'string' },
  msp: { type: 'string' },
  name: { type: 'string' },
  ou: { type: 'string' },
  attr: { type: 'string', multiple: true },
} as const;

/** `identity`: issues a further identity and prints where it is. */
export async function identity(args: readonly string[]): Promise<void> {
  const values = parseFlags(args, FLAGS);
  const needed = (name: string): string => {
    const value = text(values, name);
    if (value === undefined) throw new DevnetError('BAD_FLAG', `--${name} is needed`);
    return value;
  };
  const ou = text(values, 'ou') ?? 'client';
  if (ou !== 'client' && ou !== 'admin') throw new DevnetError('BAD_FLAG', `--ou ${ou}: use client or admin`);
  const attributes = Object.fromEntries(
    texts(values, 'attr').map((each) => split('attr', each, '=', 'KEY=VALUE')),
  );
  const issued = await issueIdentity({
    dir: needed('dir'),
    mspId: needed('msp'),
    name: needed('name'),
    ou,
    attributes,
  });
  process.stdout.write(`${JSON.stringify({ mspId: issued.mspId, folder: issued.folder })}\n`);
}
