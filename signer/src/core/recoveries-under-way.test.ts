import { expect, test } from '@jest/globals';
import type { ListedRecovery } from './answers.js';
import { recoveriesUnderWay } from './recoveries-under-way.js';

const opened: ListedRecovery = {
  ...{ patientId: `pat_${'a'.repeat(32)}`, recoveryId: 'id', reason: 'lost', newKey: 'a key' },
  ...{ stage: 'open', openedBy: 'aut_hospital', lapsesAt: '2026-03-09T08:00:00.000Z' },
};
const confirmed: ListedRecovery = {
  ...{ ...opened, stage: 'confirmed', confirmedBy: 'aut_insurer' },
  takesEffectAt: '2026-03-03T08:00:00.000Z',
};

test('what both channels say is told once, what one says alone as well', () => {
  const both = {
    authorities: [confirmed],
    cloud: [{ ...confirmed, takesEffectAt: '2026-03-03T08:00:01.000Z' }],
  };
  expect(recoveriesUnderWay(both)).toHaveLength(1);
  expect(recoveriesUnderWay({ authorities: [confirmed], cloud: [opened] })).toEqual([confirmed, opened]);
  expect(recoveriesUnderWay({ authorities: [], cloud: [{ ...confirmed, stage: 'objected' }] })).toEqual([]);
});

test('an organisation that opens another one under the same id hides nothing', () => {
  const another = { ...opened, openedBy: 'aut_lab', newKey: 'another key' };
  expect(recoveriesUnderWay({ authorities: [confirmed], cloud: [confirmed, another] })).toEqual([
    confirmed,
    another,
  ]);
});
