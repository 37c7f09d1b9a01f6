import { WRAPS_DELETED_WITHIN_S } from '@careledger/contracts';
import { expect, test } from '@jest/globals';
import { isOverdue, owedDeletion } from './owed-deletion.js';

const at = '2026-06-01T08:00:00.000Z';
/** A grant and two revocations. */
const changes = [1, 2, 3].map((version) => ({ version, at, takesAway: version > 1 }));
const owedBy = (attested: number | null, heldSince = '2026-06-01T07:00:00.000Z', known = changes) =>
  owedDeletion(known, { heldSince, attested: attested === null ? null : { policyVersion: attested } });

test('a provider owes the oldest revocation since it holds records that it has not attested', () => {
  expect(owedBy(null)).toEqual({ policyVersion: 2, since: at });
  expect(owedBy(2)).toEqual({ policyVersion: 3, since: at });
  expect(owedBy(3)).toBeUndefined();
  expect(owedBy(null, '2026-06-01T09:00:00.000Z')).toBeUndefined();
});

test('what it has attested need not be known to say what it owes', () => {
  for (const attested of [1, 2, 3]) {
    const since = changes.filter(({ version }) => version > attested);
    expect(owedBy(attested, undefined, since)).toEqual(owedBy(attested));
  }
});

test('it is overdue once the limit is over', () => {
  const limitMs = Date.parse(at) + WRAPS_DELETED_WITHIN_S * 1000;
  expect([limitMs, limitMs + 1].map((nowMs) => isOverdue({ since: at }, nowMs))).toEqual([false, true]);
});
