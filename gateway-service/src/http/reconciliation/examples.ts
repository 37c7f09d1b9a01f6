import { EXAMPLE } from '@careledger/domain/examples';
import { DIFFERENCE_CODES } from '../../reconcile/index.js';
import type { ReconciliationView } from './schemas.js';

export const reconciled: ReconciliationView = {
  patients: 2,
  underWay: 0,
  total: 1,
  differences: [
    {
      ...{ code: 'RECORD_NOT_ANNOUNCED', patientId: EXAMPLE.patientId, channel: 'authorities' },
      ...{ about: `${EXAMPLE.recordId}/1`, repair: 'sent' },
      detail: DIFFERENCE_CODES.RECORD_NOT_ANNOUNCED,
    },
  ],
};
