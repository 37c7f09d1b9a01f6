import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { RecoveryState } from '@careledger/contracts';
import { randomId128, toBase64url, type Signer } from '@careledger/crypto';
import { CHANNELS, timestampOf } from '@careledger/domain';
import { confirmedTimes } from '@careledger/policy';
import { ConsentDesk, UNLOCK, appointing, grantBody } from '../../testing/consent-desk.js';
import { takingLedgers, type CodeOf } from '../../testing/taking-ledgers.js';
import type { TestCore } from '../../testing/test-core.js';
import type { Patient } from '../patients/index.js';

const DAY_MS = 24 * 60 * 60 * 1_000;

let desk: ConsentDesk;
let t: TestCore;
let patient: Patient;
let consent: Signer;
beforeEach(async () => {
  ({ desk, t, patient, consent } = await ConsentDesk.ofPatient());
  desk.recoveriesOnLedger.authorities = [pending()];
});
afterEach(() => desk[Symbol.asyncDispose]());

/** That two organisations vouch for another key, as `authorities` has it and `cloud` not yet. */
function pending(): RecoveryState {
  const [patientId, at] = [patient.patientId, timestampOf(t.nowMs)];
  return {
    ...{ patientId, recoveryId: randomId128(), reason: 'lost', newKey: randomId128(), statements: [] },
    ...{ openedBy: 'aut_hospital', openedAt: at, confirmedBy: 'aut_insurer', confirmedAt: at },
    ...confirmedTimes(t.nowMs),
  };
}

/** What is on its way goes to the ledgers. @returns which channels it came to */
async function brought(codeOf: CodeOf): Promise<string[]> {
  const { came, outbox, settled } = takingLedgers(desk, patient.patientNo, codeOf);
  outbox.start();
  await settled();
  return came.map(([channel]) => channel);
}
const byPending: CodeOf = (channel) => (channel === 'authorities' ? 'RECOVERY_PENDING' : 'OK');
const compared = () => desk.rotations.compare(patient.patientId);
const statusOf = (job: string) => desk.steps.job(patient.patientNo, job).map(({ status }) => status);
const recordsKey = async (): Promise<string> => {
  const { newKey } = await desk.encryptionKeys.offer(patient);
  return appointing(patient, { use: 'encryption', newKey }, consent);
};

describe('what cloud took, while a recovery that was pending on authorities kept it from there', () => {
  test('of another key for records: it is brought again once the patient has objected, and not before', async () => {
    const { job } = await desk.encryptionKeys.take(patient, await recordsKey());
    expect(await brought(byPending)).toEqual(['cloud', 'authorities']);
    expect(statusOf(job)).toEqual(['done', 'refused']);
    await compared();
    expect(desk.steps.openCount(patient.patientNo)).toBe(0);
    const [recovery] = desk.recoveriesOnLedger.authorities;
    desk.recoveriesOnLedger.authorities = [{ ...recovery!, objectedAt: timestampOf(t.nowMs) }];
    await compared();
    expect(await brought(() => 'OK')).toEqual(['authorities']);
    expect(statusOf(job)).toEqual(['done', 'done']);
    await compared();
    expect(desk.steps.openCount(patient.patientNo)).toBe(0);
  });

  test('so is another key that signs, once the recovery has lapsed: the chain has it then', async () => {
    const offer = await desk.gatewayKeys.offer(patient);
    await desk.gatewayKeys.take(patient, appointing(patient, offer, consent));
    await brought(byPending);
    expect(desk.rekeyings.isHeld(patient.patientNo, 'cloud')).toBe(true);
    t.nowMs += 8 * DAY_MS;
    await compared();
    await brought(() => 'OK');
    expect(patient.chain.state.gatewayKey).toBe(offer.newKey);
    expect(desk.rekeyings.isHeld(patient.patientNo, 'cloud')).toBe(false);
  });

  test('and another consent key', async () => {
    await desk.rotations.make(patient, UNLOCK);
    const key = toBase64url(t.core.patients.consentKey(patient));
    await brought(byPending);
    t.nowMs += 8 * DAY_MS;
    await compared();
    expect(await brought(() => 'OK')).toEqual(['authorities']);
    expect(toBase64url(t.core.patients.consentKey(patient))).toBe(key);
  });

  test('where the other key took over, what the former one signed is asked for once and never again', async () => {
    const { job } = await desk.encryptionKeys.take(patient, await recordsKey());
    await brought(byPending);
    const [recovery] = desk.recoveriesOnLedger.authorities;
    desk.recoveriesOnLedger.authorities = [{ ...recovery!, tookOverAt: timestampOf(t.nowMs) }];
    await compared();
    expect(await brought(() => 'STATEMENT_KEY_UNKNOWN')).toEqual(['authorities']);
    expect(statusOf(job)).toEqual(['done', 'refused']);
    await compared();
    expect(desk.steps.openCount(patient.patientNo)).toBe(0);
  });
});

test('what no channel has taken stays refused: the patient was told so', async () => {
  await desk.encryptionKeys.take(patient, await recordsKey());
  await brought(() => 'RECOVERY_PENDING');
  desk.recoveriesOnLedger.authorities = [];
  await compared();
  expect(desk.steps.openCount(patient.patientNo)).toBe(0);
});

test('a grant that a recovery kept from cloud alone is brought there again', async () => {
  const { authorities } = desk.recoveriesOnLedger;
  [desk.recoveriesOnLedger.authorities, desk.recoveriesOnLedger.cloud] = [[], authorities];
  await desk.heardRecoveries.hear(patient.patientId, 'cloud');
  await desk.consent.takeGrant(patient, await desk.said(patient, 'grant', grantBody()));
  await brought((channel) => (channel === 'cloud' ? 'RECOVERY_PENDING' : 'OK'));
  await compared();
  expect(desk.steps.openCount(patient.patientNo)).toBe(0);
  desk.recoveriesOnLedger.cloud = [];
  for (const channel of CHANNELS) await desk.heardRecoveries.hear(patient.patientId, channel);
  await compared();
  expect(await brought(() => 'OK')).toEqual(['cloud']);
});
