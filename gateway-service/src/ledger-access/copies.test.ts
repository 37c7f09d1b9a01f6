import { COPY_DESTROYED_WITHIN_S, type GrantState } from '@careledger/contracts';
import { expect, test } from '@jest/globals';
import { copiesOf } from './copies.js';
import type { LedgerReader } from './ledger-link.js';

const REVOKED_AT = '2026-05-05T10:00:00.000Z';
const revokedMs = Date.parse(REVOKED_AT);
const copyEnd = {
  left: 'nothing' as const,
  ...{ destroyedAt: REVOKED_AT, statement: 'a.b.c', recordedAt: REVOKED_AT, txId: 'e'.repeat(64) },
};
const grant = (more: Partial<GrantState>): GrantState =>
  ({
    ...{ grantId: 'g'.repeat(22), authorityId: 'aut_hospital', from: '2026-05-01T00:00:00.000Z' },
    copy: { purpose: 'TREAT', unitHash: 'u'.repeat(43) },
    ...more,
  }) as GrantState;
const ledgerWith = (...rows: GrantState[]): LedgerReader =>
  ({ channel: () => ({ evaluate: async () => ({ rows, bookmark: '' }) }) }) as unknown as LedgerReader;

test('an authority owes its word since its grant ended, and is overdue after an hour', async () => {
  const lasting = grant({});
  const plain = grant({ copy: undefined });
  const ledger = ledgerWith(lasting, plain, grant({ revokedAt: REVOKED_AT }));
  const at = (apartMs: number) =>
    copiesOf(ledger, 'pat', revokedMs + COPY_DESTROYED_WITHIN_S * 1000 + apartMs);
  expect(await at(0)).toMatchObject([
    { endedAt: null, owed: null, attested: null },
    { endedAt: REVOKED_AT, owed: { since: REVOKED_AT, isOverdue: false } },
  ]);
  expect((await at(1))[1]?.owed).toEqual({ since: REVOKED_AT, isOverdue: true });
});

test('one whose time is over owes it since its own end, and nothing once it has said it', async () => {
  const until = '2026-05-05T09:00:00.000Z';
  const rows = await copiesOf(
    ledgerWith(
      grant({ until }),
      grant({ until, revokedAt: REVOKED_AT }),
      grant({ revokedAt: REVOKED_AT, copyEnd }),
    ),
    'pat',
    revokedMs,
  );
  expect(rows.map(({ endedAt, owed }) => [endedAt, owed?.since])).toEqual([
    [until, until],
    [until, until],
    [REVOKED_AT, undefined],
  ]);
  expect(rows[2]?.attested).toEqual(copyEnd);
});
