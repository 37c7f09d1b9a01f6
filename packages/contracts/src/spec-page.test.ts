import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { CONTRACT_CODES, STATEMENTS, accessControl, records, type ContractDefinition } from './index.js';

const page = readFileSync(new URL('../../../spec/contracts.md', import.meta.url), 'utf8');
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
