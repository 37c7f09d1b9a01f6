import { WRAPS_DELETED_WITHIN_S } from '@careledger/contracts';
import { expect, test } from '@jest/globals';
import { wrapHoldersOf } from './wrap-holders.js';

const at = '2026-06-01T08:00:00.000Z';
const [REVOKED_MS, LIMIT_MS] = [Date.parse(at), WRAPS_DELETED_WITHIN_S * 1000];

/** Owed by two providers, of which one attested the first of two revocations. */
const owedAt = async (nowMs: number) => {
  const ofPatient = { patientId: 'pat_a', txId: '', hash: '' };
  const changes = [1, 2, 3].map((version) => ({ ...ofPatient, at, version, takesAway: version > 1 }));
  const held = { patientId: 'pat_a', heldSince: '2026-06-01T07:00:00.000Z' };
  const attested = { policyVersion: 2, versions: 1, checkedAt: at, statement: '', recordedAt: at, txId: '' };
  const holders = [
    { ...held, providerId: 'prv_a', attested },
    { ...held, providerId: 'prv_b', attested: null },
    { ...held, providerId: 'prv_c', attested: { ...attested, policyVersion: 3 } },
    { ...held, providerId: 'prv_d', heldSince: '2026-06-01T09:00:00.000Z', attested: null },
  ];
  const ledger = {
    channel: () => ({
      evaluate: (async (_contract: unknown, name: string) => ({
        rows: name === 'ListWrapHolders' ? holders : changes,
        bookmark: '',
      })) as never,
    }),
  };
  return (await wrapHoldersOf(ledger, 'pat_a', nowMs)).map(({ owed }) => owed);
};

test('a provider owes the oldest revocation that it has not attested, and is overdue after the limit', async () => {
  const owed = (isOverdue: boolean) => [
    { policyVersion: 3, since: at, isOverdue },
    { policyVersion: 2, since: at, isOverdue },
    null,
    null,
  ];
  expect(await owedAt(REVOKED_MS + LIMIT_MS)).toEqual(owed(false));
  expect(await owedAt(REVOKED_MS + LIMIT_MS + 1)).toEqual(owed(true));
});
