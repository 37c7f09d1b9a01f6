import { createHash } from 'node:crypto';
import { sha256Hex, utf8 } from '@careledger/crypto';
import { loadVectors } from '@careledger/spec';
import { expect, test } from '@jest/globals';
import { firstPolicyHash, nextPolicyHash } from './policy-hash.js';

type PolicyHashVector = {
  readonly description: string;
  readonly patientId: string;
  readonly statements: readonly string[];
  readonly hashes: readonly string[];
};
const vectors = loadVectors<PolicyHashVector>('valid', 'policy');

test.each(vectors)('$name', ({ patientId, statements, hashes }) => {
  const found = [firstPolicyHash(patientId)];
  for (const statement of statements)
    found.push(nextPolicyHash(found.at(-1) ?? '', sha256Hex(utf8(statement))));
  expect(found).toEqual(hashes);
});

test.each(vectors)(
  '$name: as spec/grants.md says it, without this package',
  ({ patientId, statements, hashes }) => {
    const first = createHash('sha256').update(`careledger/policy-hash/v1/first\0${patientId}`).digest();
    const found = [first];
    for (const statement of statements) {
      const next = createHash('sha256')
        .update('careledger/policy-hash/v1/next\0')
        .update(found.at(-1) ?? first);
      found.push(next.update(createHash('sha256').update(statement, 'ascii').digest()).digest());
    }
    expect(found.map((hash) => hash.toString('base64url'))).toEqual(hashes);
  },
);
