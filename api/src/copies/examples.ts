import { EXAMPLE } from '@careledger/contracts/examples';
import { readingsBundle } from '@careledger/protocol/examples';

const { recordId } = EXAMPLE;

export const resources = {
  resources: readingsBundle.entry.map(({ resource }, entry) => ({ recordId, version: 1, entry, resource })),
  total: null,
  next: null,
};

const hash = EXAMPLE.hash;
export const readingDay = {
  ...{ day: '2026-03-02', lines: 12, salt: hash, hash },
  anchor: {
    ...{ authorityId: EXAMPLE.authorityId, day: '2026-03-02', hash },
    ...{ anchoredAt: EXAMPLE.at[4], txId: EXAMPLE.txId },
  },
  verdict: 'matches' as const,
};

export const progress = { kept: 120, waiting: 3, lookedBackTo: EXAMPLE.at[0], isComplete: false };
