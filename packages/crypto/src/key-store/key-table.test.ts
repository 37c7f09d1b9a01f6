import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { toBase64url } from '../portable/index.js';
import { KEY_STATES, KEY_TYPES, type StoredKey } from './file-format.js';
import { KeyTable } from './key-table.js';

const key = fc.record({
  name: fc.constantFrom(
    'a',
    'a/',
    'a/b',
    'a/c',
    'a/b/c',
    'pat_x/gateway',
    'pat_x/scope-key',
    `${'n'.repeat(127)}/`,
  ),
  type: fc.constantFrom(...KEY_TYPES),
  state: fc.constantFrom(...KEY_STATES),
});

const byKid = (a: StoredKey, b: StoredKey): number => (a.kid < b.kid ? -1 : 1);

test('keys are those that were put in, by name and in their order', () => {
  fc.assert(
    fc.property(fc.array(key, { maxLength: 30 }), (labels) => {
      const keys = labels.map((label): StoredKey => {
        return { ...label, kid: toBase64url(randomBytes(32)), sealed: toBase64url(randomBytes(60)) };
      });
      const table = KeyTable.of(keys);
      for (const name of new Set([...keys.map((one) => one.name), 'pat_x', '', 'b']))
        expect(table.named(name)).toEqual(keys.filter((one) => one.name === name));
      expect([...table.all()].toSorted(byKid)).toEqual(keys.toSorted(byKid));
    }),
  );
});

test('with other keys of a name the rest stays, and the table that was copied is as it was', () => {
  const labelled = fc.array(key, { maxLength: 30 });
  const made = ({ ...label }: Pick<StoredKey, 'name' | 'type' | 'state'>): StoredKey => {
    return { ...label, kid: toBase64url(randomBytes(32)), sealed: toBase64url(randomBytes(60)) };
  };
  fc.assert(
    fc.property(labelled, labelled, key, (labels, others, { name }) => {
      const keys = labels.map(made);
      const before = KeyTable.of(keys);
      const put = others.map((label) => made({ ...label, name }));
      const after = before.copy();
      after.replace(new Map([[name, put]]));
      expect(after.named(name)).toEqual(put);
      const rest = (table: KeyTable) => [...table.all()].filter((one) => one.name !== name).toSorted(byKid);
      expect(rest(after)).toEqual(rest(before));
      expect([...before.all()].toSorted(byKid)).toEqual(keys.toSorted(byKid));
    }),
  );
});
