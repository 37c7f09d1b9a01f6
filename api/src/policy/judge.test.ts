import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { TestHospital } from '../../testing/test-hospital.js';
import { testPatient } from '../../testing/test-patient.js';
import { Judge } from './judge.js';

const id = (letter: string): string => `${letter.repeat(21)}A`;
const [VITAL, LAB] = ['v', 'l'].map(id) as [string, string];

let hospital: TestHospital;
beforeEach(() => {
  hospital = new TestHospital();
});
afterEach(() => hospital[Symbol.asyncDispose]());

test('under an exception a record is not shown whose content its author alone vouches for, also without a peer', async () => {
  const patient = testPatient();
  await hospital.granted(
    patient.state,
    patient.grant({ grantId: id('g') }),
    patient.grant({ grantId: id('d'), effect: 'deny', scopeTags: [LAB] }),
  );
  const { authorityId, mirror, clock, ledgers } = hospital;
  const channels = { authorities: ledgers.authorities.channel(), cloud: ledgers.cloud.channel() };
  const judge = new Judge({ authorityId, channels, mirror, clock });
  const { patientId } = patient;
  const about = {
    ...{ patientId, purpose: 'TREAT' as const, granteeTags: [] },
    ...{ kind: 'clinical' as const, tagGroups: [[VITAL]] },
  };
  const [own, theirs] = [patientId, 'aut_lab'].map((author) => ({ ...about, author, period: undefined }));
  if (own === undefined || theirs === undefined) throw new Error('Two questions');
  expect(await judge.objections([own, theirs])).toEqual([undefined, 'SCOPE_UNCONFIRMED']);
  for (const ledger of Object.values(ledgers)) ledger.state = 'away';
  expect(await judge.notice(own, clock())).toMatchObject({ decision: 'permit', decidedBy: 'mirror' });
  expect(await judge.notice(theirs, clock())).toEqual({ decision: 'deny', reason: 'SCOPE_UNCONFIRMED' });
});
