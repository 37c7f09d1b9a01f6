import { DatabaseSync } from 'node:sqlite';
import { expect, test } from '@jest/globals';
import { CONSENT_KEYS_TABLE, POLICY_EPOCHS_TABLE } from '../patients/schema.js';
import { CONSENT_TABLES, POLICY_NUMBERS_TABLE } from './schema.js';

test('a store of before goes on above its one counter in every epoch: a rotation that is refused leads back to a used one', () => {
  using database = new DatabaseSync(':memory:');
  database.exec(CONSENT_TABLES + CONSENT_KEYS_TABLE + POLICY_EPOCHS_TABLE);
  database.exec(`INSERT INTO policy_counters VALUES (1, 8), (2, 3);
    INSERT INTO consent_keys VALUES (1, 'next');
    INSERT INTO policy_epochs VALUES (1, 'first', 0), (1, 'next', 1)`);
  database.exec(POLICY_NUMBERS_TABLE);
  expect(database.prepare('SELECT * FROM policy_numbers').all()).toEqual([
    { patient_no: 1, epoch: 0, next_seq: 8 },
    { patient_no: 1, epoch: 1, next_seq: 8 },
    { patient_no: 2, epoch: 0, next_seq: 3 },
  ]);
});
