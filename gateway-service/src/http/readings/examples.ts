import { EXAMPLE } from '@careledger/domain/examples';
import type { ReadingsPage } from './schemas.js';

export const readings: ReadingsPage = {
  from: EXAMPLE.at[0],
  to: EXAMPLE.at[4],
  readings: [
    {
      deviceId: EXAMPLE.deviceId,
      epoch: EXAMPLE.epoch,
      seq: 287,
      index: 0,
      t: EXAMPLE.at[1],
      receivedAt: EXAMPLE.at[2],
      code: '99504-3',
      value: 112,
      unit: 'mg/dL',
      flags: [],
    },
  ],
  next: 'NTI',
};
