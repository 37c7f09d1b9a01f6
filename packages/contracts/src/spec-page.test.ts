import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import {
  CONTRACT_CODES,
  STATEMENTS,
  accessControl,
  records,
  type ContractDefinition,
  type StatementName,
} from './index.js';

const pageOf = (name: string) => readFileSync(new URL(`../../../spec/${name}`, import.meta.url), 'utf8');
const page = pageOf('contracts.md');
/** Table rows without the padding that the formatter adds. */
const rows = new Set(page.split('\n').map((line) => line.replaceAll(/\s*\|\s*/g, '|')));
const row = (...cells: readonly string[]) => `|${cells.join('|')}|`;
const contracts: readonly ContractDefinition[] = [accessControl, records];

describe('spec/contracts.md', () => {
  test('names every function with its kind, channels, callers and event', () => {
    for (const { transactions } of contracts)
      for (const [name, { kind, channels, callers, event }] of Object.entries(transactions)) {
        const channel = channels.length === 2 ? 'both' : channels.join();
        const cells = [`\`${name}\``, kind, channel, callers.join(', '), event ? `\`${event}\`` : ''];
        expect(rows).toContain(row(...cells));
      }
  });

  test('gives every code its meaning', () => {
    for (const [code, meaning] of Object.entries(CONTRACT_CODES))
      expect(rows).toContain(row(`\`${code}\``, meaning));
  });

  test('names every kind of statement and who signs it', () => {
    for (const [name, { typ, signers }] of Object.entries(STATEMENTS))
      expect(rows).toContain(row(name, `\`${typ}\``, signers.join(', ')));
  });
});

describe('spec/statements.md', () => {
  /** Members by kind, as its section tables them; those that may be absent in brackets. */
  const tabled = pageOf('statements.md')
    .split('\n### ')
    .slice(1)
    .map((section) => {
      const [name = '', ...lines] = section.split('\n');
      return { name, members: lines.flatMap((line) => /^\| (\[?`\w+`\]?) /.exec(line)?.[1] ?? []) };
    });

  test.each(tabled)('tables the members of $name, neither more nor fewer', ({ name, members }) => {
    const { properties, required } = STATEMENTS[name as StatementName].body;
    const expected = Object.keys(properties).map((member) =>
      (required as readonly string[]).includes(member) ? `\`${member}\`` : `[\`${member}\`]`,
    );
    expect(members).toEqual(expected);
  });

  test('tables every kind of statement', () => {
    expect(tabled.map(({ name }) => name).sort()).toEqual(Object.keys(STATEMENTS).sort());
  });
});
