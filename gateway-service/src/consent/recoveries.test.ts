import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { decisionStatement } from '@careledger/consent';
import { STATEMENTS, type PatientState, type RecoveryState, type StatementBody } from '@careledger/contracts';
import { generateEd25519, randomId128, toBase64url, type Signer } from '@careledger/crypto';
import { CHANNELS } from '@careledger/domain';
import { confirmedTimes } from '@careledger/policy';
import { makeStatement } from '@careledger/statements';
import { ConsentDesk, UNLOCK, grantBody } from '../../testing/consent-desk.js';
import { takingLedgers } from '../../testing/taking-ledgers.js';
import type { TestCore } from '../../testing/test-core.js';
import type { Patient } from '../patients/index.js';

const DAY_MS = 24 * 60 * 60 * 1_000;

let desk: ConsentDesk;
let t: TestCore;
let patient: Patient;
let former: Signer;
let next: Signer;
let recovery: RecoveryState;
beforeEach(async () => {
  ({ desk, t, patient, consent: former } = await ConsentDesk.ofPatient());
  next = generateEd25519().signer;
  recovery = confirmed('lost');
  for (const channel of CHANNELS) desk.recoveriesOnLedger[channel] = [recovery];
});
afterEach(() => desk[Symbol.asyncDispose]());

/** By two organisations, now. */
function confirmed(reason: RecoveryState['reason']): RecoveryState {
  const { patientId } = patient;
  const [recoveryId, newKey] = [randomId128(), toBase64url(next.publicKey)];
  const vouching = (iss: string, more: object, sid = randomId128()) =>
    makeStatement(
      {
        ...{ typ: STATEMENTS.vouchForKey.typ, iss, aud: 'devnet', channels: [...CHANNELS], sid },
        body: { patientId, reason, newKey, newKeyProof: 'a.b.c', ...more },
      },
      generateEd25519().signer,
    );
  const at = new Date(t.nowMs).toISOString();
  return {
    ...{ patientId, recoveryId, reason, newKey, ...confirmedTimes(t.nowMs) },
    ...{ openedBy: 'aut_hospital', openedAt: at, confirmedBy: 'aut_insurer', confirmedAt: at },
    statements: [vouching('aut_hospital', {}, recoveryId), vouching('aut_insurer', { confirms: recoveryId })],
  };
}

const takingOver = (
  { recoveryId, newKey }: Pick<StatementBody<'takeOver'>, 'recoveryId' | 'newKey'> = recovery,
  by = next,
): string => {
  const about = { patientId: patient.patientId, networkId: 'devnet' };
  return makeStatement(decisionStatement('takeOver', { ...about, body: { recoveryId, newKey } }), by);
};
const granted = (by: Signer, policySeq: number): string =>
  makeStatement(
    decisionStatement('grant', {
      ...{ patientId: patient.patientId, networkId: 'devnet', sid: randomId128() },
      body: grantBody({ policySeq }),
    }),
    by,
  );
/** Of the consent key, to another. */
function rotating(by: Signer, to: Signer): string {
  const about = { patientId: patient.patientId, networkId: 'devnet' };
  const newKey = toBase64url(to.publicKey);
  const newKeyProof = makeStatement(
    {
      ...{ typ: STATEMENTS.keyProof.typ, iss: about.patientId, aud: 'devnet', channels: [...CHANNELS] },
      iat: Math.floor(t.nowMs / 1_000),
      body: { subject: about.patientId, key: newKey },
    },
    to,
  );
  const body = { use: 'consent' as const, newKey, newKeyProof };
  return makeStatement(decisionStatement('rotatePatientKey', { ...about, body }), by);
}
/** Others have taken it to the ledgers, and these have the new key. */
function tookOver(statement = takingOver()): void {
  const at = new Date(t.nowMs).toISOString();
  const over = { ...recovery, tookOverAt: at, statements: [...recovery.statements, statement] };
  for (const channel of CHANNELS) desk.recoveriesOnLedger[channel] = [over];
  desk.patientOnLedger = {
    consentKeys: [
      { key: toBase64url(former.publicKey), from: at, until: at },
      { key: recovery.newKey, from: at },
    ],
  } as Partial<PatientState>;
}
const inForce = (): string => toBase64url(t.core.patients.consentKey(patient));
const refused = (cause: string) => ({
  code: 'CONSENT_STATEMENT_REFUSED',
  message: expect.stringContaining(cause),
});

describe('after a key took over', () => {
  test('the chain has it with the proof, the former key decides nothing, the gateway gets another key by the new one', async () => {
    t.nowMs += DAY_MS;
    tookOver();
    await desk.rotations.compare(patient.patientId);
    expect(inForce()).toBe(recovery.newKey);
    expect(patient.chain.state.consentKey).toBe(recovery.newKey);
    expect(t.core.chain.block(patient.patientNo, 1)).toMatchObject({
      type: 'rekey',
      body: { statements: [...recovery.statements, expect.any(String)] },
    });
    // Heard again, it is there once.
    await desk.rotations.compare(patient.patientId);
    expect(await t.core.chain.verify(patient.patientNo)).toMatchObject({ ok: true, blocks: 2 });
    await expect(desk.consent.takeGrant(patient, granted(former, 1))).rejects.toMatchObject(
      refused('STATEMENT_KEY_UNKNOWN'),
    );
    const grantId = await desk.consent.takeGrant(patient, granted(next, 1));
    expect(desk.grants.get(patient.patientNo, grantId)).toMatchObject({ epoch: 1, policySeq: 1 });

    const offer = await desk.gatewayKeys.offer(patient);
    const about = { patientId: patient.patientId, networkId: 'devnet', body: offer };
    const appointing = makeStatement(decisionStatement('rotatePatientKey', about), next);
    await desk.gatewayKeys.take(patient, appointing);
    const { outbox, settled } = takingLedgers(desk, patient.patientNo, () => 'OK');
    outbox.start();
    await settled();
    expect(patient.chain.state.gatewayKey).toBe(offer.newKey);
    expect(await t.core.chain.verify(patient.patientNo)).toMatchObject({ ok: true, blocks: 3 });
  });

  test('whom a thief or a guardian has appointed decides no more here either, from the same moment; after a loss they do', async () => {
    const { patientId, patientNo } = patient;
    const delegationId = randomId128();
    t.core.store.deferred(() =>
      desk.delegations.insert({
        ...{ patientNo, delegationId, status: 'active', madeMs: t.nowMs },
        terms: { path: [delegationId], policySeq: 1 } as never,
      }),
    );
    const standing = () => desk.delegations.standing(patientNo).length;
    tookOver();
    await desk.rotations.compare(patientId);
    expect([inForce(), standing()]).toEqual([recovery.newKey, 1]);
    former = next;
    next = generateEd25519().signer;
    recovery = confirmed('untrusted');
    t.nowMs += DAY_MS;
    tookOver();
    await desk.rotations.compare(patientId);
    expect([inForce(), standing()]).toEqual([recovery.newKey, 0]);
  });

  test('its numbers begin with 1, whatever a thief of the former key has sent', async () => {
    const { patientNo } = patient;
    const about = { patientId: patient.patientId, networkId: 'devnet' };
    const body = { policySeq: Number.MAX_SAFE_INTEGER };
    const highest = makeStatement(decisionStatement('revokeAll', { ...about, body }), former);
    await desk.consent.takeRevocation(patient, highest);
    tookOver();
    await desk.rotations.compare(patient.patientId);
    expect(desk.grants.nextSeq(patientNo)).toBe(1);
    await desk.consent.takeGrant(patient, granted(next, 1));
    expect(desk.grants.nextSeq(patientNo)).toBe(2);
    expect(desk.grants.standsAbove(patientNo, { epoch: 0, policySeq: Number.MAX_SAFE_INTEGER })).toBe(true);
  });

  test('its numbers begin with 1 as well where a thief’s rotation was on its way, and the ledgers refuse that', async () => {
    const { patientId, patientNo } = patient;
    const about = { patientId, networkId: 'devnet' };
    const body = { policySeq: Number.MAX_SAFE_INTEGER };
    await desk.consent.takeRevocation(
      patient,
      makeStatement(decisionStatement('revokeAll', { ...about, body }), former),
    );
    const thief = generateEd25519().signer;
    await desk.rotations.take(patient, rotating(former, thief));
    // By the key that never counts, in the epoch that it was to open.
    await desk.consent.takeRevocation(
      patient,
      makeStatement(decisionStatement('revokeAll', { ...about, body }), thief),
    );
    tookOver();
    await desk.rotations.compare(patientId);
    const { outbox, settled } = takingLedgers(desk, patientNo, () => 'STATEMENT_KEY_UNKNOWN');
    outbox.start();
    await settled();
    expect(inForce()).toBe(recovery.newKey);
    expect(desk.grants.nextSeq(patientNo)).toBe(1);
    await desk.rotations.compare(patientId);
    expect(desk.grants.place(patientNo, 1)).toEqual({ epoch: 1, policySeq: 1 });
    await desk.consent.takeGrant(patient, granted(next, 1));
    expect(desk.grants.nextSeq(patientNo)).toBe(2);
  });

  test('a crash before the chain has it, or between the block and its note, loses and repeats nothing', async () => {
    tookOver();
    const rekey = t.core.rekey.bind(t.core);
    t.core.rekey = () => Promise.reject(new Error('the store fails'));
    await desk.rotations.compare(patient.patientId);
    expect(inForce()).toBe(recovery.newKey);
    expect(await t.core.chain.verify(patient.patientNo)).toMatchObject({ blocks: 1 });
    t.core.rekey = rekey;
    await desk.rotations.resume();
    expect(patient.chain.state.consentKey).toBe(recovery.newKey);
    t.core.store.database.prepare('UPDATE takeovers SET is_sealed = 0').run();
    await desk.rotations.resume();
    expect(desk.recoveries.unsealed(patient.patientNo)).toBeUndefined();
    expect(await t.core.chain.verify(patient.patientNo)).toMatchObject({ ok: true, blocks: 2 });
  });

  test('a crash before its note brings it into no chain a second time, where another key has followed it since', async () => {
    tookOver();
    await desk.rotations.compare(patient.patientId);
    const later = generateEd25519().signer;
    await desk.rotations.take(patient, rotating(next, later));
    const { outbox, settled } = takingLedgers(desk, patient.patientNo, () => 'OK');
    outbox.start();
    await settled();
    expect(patient.chain.state.consentKey).toBe(toBase64url(later.publicKey));
    t.core.store.database.prepare('UPDATE takeovers SET is_sealed = 0').run();
    await desk.rotations.resume();
    expect(desk.recoveries.unsealed(patient.patientNo)).toBeUndefined();
    expect(await t.core.chain.verify(patient.patientNo)).toMatchObject({ ok: true, blocks: 3 });
  });

  test('a rotation that a ledger refuses afterwards brings no key from before back', async () => {
    tookOver();
    await desk.rotations.compare(patient.patientId);
    const later = generateEd25519().signer;
    const rotation = rotating(next, later);
    await desk.rotations.take(patient, rotation);
    expect(inForce()).toBe(toBase64url(later.publicKey));
    const { outbox, settled } = takingLedgers(desk, patient.patientNo, () => 'RECOVERY_PENDING');
    outbox.start();
    await settled();
    expect(inForce()).toBe(recovery.newKey);
  });
});

describe('the patient’s part', () => {
  test('a takeover is taken when it is due on both channels, and counts here once a ledger has it', async () => {
    const takeover = takingOver();
    const take = () => desk.recovering.takeOver(patient, recovery.recoveryId, takeover);
    await expect(take()).rejects.toMatchObject(refused(recovery.takesEffectAt ?? ''));
    t.nowMs += DAY_MS;
    desk.recoveriesOnLedger.cloud = [];
    await expect(take()).rejects.toMatchObject(refused('On cloud there is no recovery'));
    desk.recoveriesOnLedger.cloud = [recovery];
    await take();
    const { came, outbox, settled } = takingLedgers(desk, patient.patientNo, (channel) => {
      if (channel === 'authorities') tookOver(takeover);
      return 'OK';
    });
    outbox.start();
    await settled();
    expect(came.map(([channel]) => channel).sort()).toEqual(['authorities', 'cloud']);
    expect(inForce()).toBe(recovery.newKey);
    expect(await t.core.chain.verify(patient.patientNo)).toMatchObject({ ok: true, blocks: 2 });
  });

  test('a takeover that a ledger’s clock holds too early is brought again, no other refusal is', async () => {
    t.nowMs += DAY_MS;
    await desk.recovering.takeOver(patient, recovery.recoveryId, takingOver());
    const answers = ['RECOVERY_NOT_DUE', 'OK'];
    const { came, outbox, settled } = takingLedgers(desk, patient.patientNo, (channel) =>
      channel === 'cloud' ? (answers.shift() ?? 'OK') : 'RECOVERY_OVER',
    );
    outbox.start();
    await settled();
    expect(came.map(([channel]) => channel).sort()).toEqual(['authorities', 'cloud', 'cloud']);
    const [job] = desk.steps.jobsOf(patient.patientNo, 'take-over');
    expect(job?.map(({ channel, status }) => [channel, status]).sort()).toEqual([
      ['authorities', 'refused'],
      ['cloud', 'done'],
    ]);
  });

  test('a key takes over for itself alone, by the recovery that is meant', async () => {
    t.nowMs += DAY_MS;
    const { recoveryId } = recovery;
    const take = (statement: string, id = recoveryId) => desk.recovering.takeOver(patient, id, statement);
    const thief = generateEd25519().signer;
    await expect(take(takingOver(recovery, thief))).rejects.toMatchObject(refused('STATEMENT_KEY_UNKNOWN'));
    const thiefs = { recoveryId, newKey: toBase64url(thief.publicKey) };
    await expect(take(takingOver(thiefs, thief))).rejects.toMatchObject(refused('no recovery'));
    await expect(take(takingOver(), randomId128())).rejects.toMatchObject(refused('not about recovery'));
    expect(desk.stepCount).toBe(0);
  });

  test('an objection goes to both channels, and one that has nothing to end keeps it from neither', async () => {
    const { recoveryId } = recovery;
    const objecting = await desk.said(patient, 'objectToRecovery', { recoveryId });
    await desk.recovering.object(patient, recoveryId, objecting);
    const { came, outbox, settled } = takingLedgers(desk, patient.patientNo, (channel) =>
      channel === 'cloud' ? 'RECOVERY_UNKNOWN' : 'OK',
    );
    outbox.start();
    await settled();
    expect(came.map(([channel]) => channel).sort()).toEqual(['authorities', 'cloud']);
    const foreign = generateEd25519().signer;
    const about = { patientId: patient.patientId, networkId: 'devnet', body: { recoveryId } };
    const stranger = makeStatement(decisionStatement('objectToRecovery', about), foreign);
    await expect(desk.recovering.object(patient, recoveryId, stranger)).rejects.toMatchObject(
      refused('STATEMENT_KEY_UNKNOWN'),
    );
  });

  test('an objection by passphrase is made once for one request', async () => {
    const request = { tokenSha256: 'a', route: 'POST /object', key: 'one', requestSha256: 'b' };
    const object = () => desk.recovering.makeObjection(patient, recovery.recoveryId, UNLOCK, request);
    expect((await object()).job).toBe((await object()).job);
    expect(desk.steps.jobsOf(patient.patientNo, 'object')).toHaveLength(1);
  });
});

describe('what the gateway hears', () => {
  const heard = () => desk.recoveries.of(patient.patientNo).map(({ channel }) => channel);

  test('a recovery that is opened on cloud alone is kept as well; one that is there no more is forgotten', async () => {
    desk.recoveriesOnLedger.authorities = [];
    for (const channel of CHANNELS) await desk.heardRecoveries.hear(patient.patientId, channel);
    expect(heard()).toEqual(['cloud']);
    desk.recoveriesOnLedger.cloud = [];
    await desk.heardRecoveries.hear(patient.patientId, 'cloud');
    expect(heard()).toEqual([]);
  });

  test('an answer that was asked for earlier, and came late, replaces none that was asked for after it', async () => {
    const { promise: isLate, resolve: arrive } = Promise.withResolvers<void>();
    desk.recoveriesHeldUp = isLate;
    const early = desk.heardRecoveries.hear(patient.patientId, 'cloud');
    await new Promise(setImmediate);
    desk.recoveriesHeldUp = undefined;
    desk.recoveriesOnLedger.cloud = [{ ...recovery, objectedAt: new Date(t.nowMs).toISOString() }];
    const later = desk.heardRecoveries.hear(patient.patientId, 'cloud');
    await new Promise(setImmediate);
    arrive();
    await Promise.all([early, later]);
    expect(desk.recoveries.of(patient.patientNo)).toMatchObject([
      { recovery: { objectedAt: expect.any(String) } },
    ]);
  });

  test('a takeover stays when the organisation opens another recovery before the chain has it', async () => {
    tookOver();
    await desk.heardRecoveries.hear(patient.patientId, 'authorities');
    desk.recoveriesOnLedger.authorities = [confirmed('untrusted')];
    await desk.heardRecoveries.hear(patient.patientId, 'authorities');
    expect(desk.recoveries.unsealed(patient.patientNo)).toMatchObject({ newKey: recovery.newKey });
  });
});
