import { expect, test } from '@jest/globals';
import type { Patient } from '../patients/index.js';
import type { Found } from './difference.js';
import { GrantsComparison } from './grants.js';
import { Reconciliation } from './reconciliation.js';

const patient = { patientId: 'pat_a', patientNo: 1 } as Patient;

test('a grant that is sent again in any case is not said to wait for somebody to ask for it', async () => {
  const grant = { patientId: 'pat_a', grantId: 'g', missingOn: 'cloud', notRevokedOn: null } as const;
  const grants = new GrantsComparison({
    reconciler: {
      compare: async () => [
        { ...grant, isBeingMended: true },
        { ...grant, grantId: 'h', isBeingMended: false },
      ],
    },
  });
  let repaired = 0;
  const records = {
    compare: async (): Promise<Found[]> => [
      { code: 'RECORD_NOT_STORED', channel: 'cloud', about: 'rec/1', repair: () => (repaired += 1) },
    ],
  };
  const reconciliation = new Reconciliation({
    patients: { get: () => patient, list: () => [patient] },
    steps: { openCount: () => 0 },
    comparisons: [grants, records],
    logger: { error: () => undefined },
  });
  const compared = async (isRepairing: boolean) => {
    const asked = { patientId: null, isRepairing };
    const { differences } = await reconciliation.run(asked, new AbortController().signal, () => undefined);
    return differences.map(({ about, repair }) => [about, repair]);
  };
  const sent = [
    ['g', 'sent'],
    ['h', 'none'],
  ];
  expect(await compared(false)).toEqual([...sent, ['rec/1', 'possible']]);
  expect(repaired).toBe(0);
  expect(await compared(true)).toEqual([...sent, ['rec/1', 'sent']]);
  expect(repaired).toBe(1);
});
