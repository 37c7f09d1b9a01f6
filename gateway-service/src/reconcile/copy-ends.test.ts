import { COPY_DESTROYED_WITHIN_S, type GrantState } from '@careledger/contracts';
import { timestampOf } from '@careledger/domain';
import { expect, test } from '@jest/globals';
import type { Patient } from '../patients/index.js';
import { CopyEndsComparison } from './copy-ends.js';

const START_MS = Date.parse('2026-01-01T00:00:00.000Z');
const ENDED_MS = START_MS + 60_000;
const patient = { patientId: 'pat_a', patientNo: 1 } as Patient;
const copying = (grantId: string, more: Partial<GrantState> = {}): Partial<GrantState> => ({
  ...{
    grantId,
    authorityId: 'aut_hospital',
    from: timestampOf(START_MS),
    copy: { purpose: 'TREAT', unitHash: 'u' },
  },
  ...{ recordedAt: timestampOf(START_MS), ...more },
});
const endedAt = timestampOf(ENDED_MS);

test('a copy that its authority has not attested as destroyed in time is named, with who owes that; no other is', async () => {
  const rows = [
    copying('standing'),
    copying('owed', { revokedAt: endedAt }),
    copying('lapsed', { until: endedAt }),
    copying('attested', {
      revokedAt: endedAt,
      copyEnd: {
        ...{ left: 'nothing', destroyedAt: endedAt, statement: 'a.b.c' },
        ...{ recordedAt: endedAt, txId: 'f'.repeat(64) },
      },
    }),
    { ...copying('without a copy', { revokedAt: endedAt }), copy: undefined },
  ];
  let nowMs = ENDED_MS + COPY_DESTROYED_WITHIN_S * 1_000;
  const comparison = new CopyEndsComparison({
    ledger: { channel: () => ({ evaluate: (async () => ({ rows, bookmark: '' })) as never }) },
    clock: () => nowMs,
  });
  expect(await comparison.compare(patient)).toEqual([]);
  nowMs += 1;
  expect(await comparison.compare(patient)).toEqual(
    ['owed', 'lapsed'].map((grantId) => ({
      ...{ code: 'COPY_END_UNATTESTED', channel: 'authorities', about: `aut_hospital/${grantId}` },
    })),
  );
});
