import { EXAMPLE } from '@careledger/contracts/examples';
import { readingsBundle } from '@careledger/protocol/examples';

const { recordId } = EXAMPLE;

export const resources = {
  resources: readingsBundle.entry.map(({ resource }, entry) => ({ recordId, version: 1, entry, resource })),
  total: null,
  next: null,
};

export const progress = { kept: 120, waiting: 3, lookedBackTo: EXAMPLE.at[0], isComplete: false };
