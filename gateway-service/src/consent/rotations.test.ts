import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { decisionStatement, keyProofStatement } from '@careledger/consent';
import { generateEd25519, randomId128, toBase64url, type Signer } from '@careledger/crypto';
import type { ChannelName } from '@careledger/domain';
import { makeStatement } from '@careledger/statements';
import { ConsentDesk, UNLOCK, grantBody } from '../../testing/consent-desk.js';
import { PASSPHRASE } from '../../testing/open-core.js';
import { takingLedgers, type CodeOf } from '../../testing/taking-ledgers.js';
import type { TestCore } from '../../testing/test-core.js';
import { GATEWAY_MIGRATIONS } from '../migrations.js';
import { PATIENT_KEYS, type Patient } from '../patients/index.js';

let desk: ConsentDesk;
let t: TestCore;
let patient: Patient;
let former: Signer;
beforeEach(async () => {
  ({ desk, t, patient, consent: former } = await ConsentDesk.ofPatient());
});
afterEach(() => desk[Symbol.asyncDispose]());

/** What the patient's app makes. */
function rotation(next: Signer, by: Signer, provedBy = next, of = patient.patientId): string {
  const about = { patientId: of, networkId: 'devnet', iat: Math.floor(t.nowMs / 1_000) };
  const newKeyProof = makeStatement(keyProofStatement({ ...about, publicKey: provedBy.publicKey }), provedBy);
  const body = { use: 'consent' as const, newKey: toBase64url(next.publicKey), newKeyProof };
  return makeStatement(
    decisionStatement('rotatePatientKey', { ...about, patientId: patient.patientId, body }),
    by,
  );
}
const granted = (by: Signer, policySeq = 1): string =>
  makeStatement(
    decisionStatement('grant', {
      ...{ patientId: patient.patientId, networkId: 'devnet', sid: randomId128() },
      body: grantBody({ policySeq }),
    }),
    by,
  );
const everything = (policySeq: number, by: Signer): string =>
  makeStatement(
    decisionStatement('revokeAll', {
      ...{ patientId: patient.patientId, networkId: 'devnet', sid: randomId128() },
      body: { policySeq },
    }),
    by,
  );
const inForce = (): string => toBase64url(t.core.patients.consentKey(patient));
const refused = (cause: string) => ({
  code: 'CONSENT_STATEMENT_REFUSED',
  message: expect.stringContaining(cause),
});

const ledgers = (codeOf: CodeOf) => takingLedgers(desk, patient.patientNo, codeOf);

describe('a rotation of the consent key', () => {
  test('overtakes no decision that is being taken: the former key’s is refused, and notes nothing', async () => {
    const grantId = await desk.consent.takeGrant(patient, granted(former));
    // It asks a ledger what stands before it is kept.
    const revoking = desk.consent.takeRevocation(patient, everything(2, former));
    const [taken] = await Promise.allSettled([
      revoking,
      desk.rotations.take(patient, rotation(generateEd25519().signer, former)),
    ]);
    expect(taken).toMatchObject({ status: 'rejected', reason: refused('Another consent key') });
    expect(desk.grants.get(patient.patientNo, grantId)).toMatchObject({ status: 'pending' });
  });

  test('puts the new key in force at once: the former key’s decisions are refused, those taken before stand', async () => {
    const before = granted(former);
    const grantId = await desk.consent.takeGrant(patient, before);
    const next = generateEd25519().signer;
    await desk.rotations.take(patient, rotation(next, former));
    expect(inForce()).toBe(toBase64url(next.publicKey));
    await expect(desk.consent.takeGrant(patient, granted(former, 2))).rejects.toMatchObject(
      refused('STATEMENT_KEY_UNKNOWN'),
    );
    await desk.consent.takeGrant(patient, granted(next, 2));
    // The same bytes again are the decision that was taken.
    expect(await desk.consent.takeGrant(patient, before)).toBe(grantId);
  });

  test('by a thief with a stolen key that was rotated away is refused, whatever it appoints', async () => {
    const [next, thief] = [generateEd25519().signer, generateEd25519().signer];
    await desk.rotations.take(patient, rotation(next, former));
    await expect(desk.rotations.take(patient, rotation(thief, former))).rejects.toMatchObject(
      refused('STATEMENT_KEY_UNKNOWN'),
    );
    const about = { patientId: patient.patientId, networkId: 'devnet', body: { policySeq: 9 } };
    const revocation = makeStatement(decisionStatement('revokeAll', about), former);
    await expect(desk.consent.takeRevocation(patient, revocation)).rejects.toMatchObject(
      refused('STATEMENT_KEY_UNKNOWN'),
    );
    // Nor does a thief of the former file with the passphrase decide here.
    await expect(t.core.patients.unlockConsent(patient.patientId, PASSPHRASE)).rejects.toMatchObject({
      code: 'KEY_NOT_FOUND',
    });
    expect(inForce()).toBe(toBase64url(next.publicKey));
  });

  test('to a key that nobody proves to have, or to the gateway’s, is refused', async () => {
    const [next, other] = [generateEd25519().signer, generateEd25519().signer];
    for (const statement of [
      rotation(next, former, other),
      rotation(next, former, next, `pat_${'a'.repeat(32)}`),
    ])
      await expect(desk.rotations.take(patient, statement)).rejects.toMatchObject(refused('is not proved'));
    const gateway = t.keyStore.signer(PATIENT_KEYS.gateway(patient.patientId));
    await expect(desk.rotations.take(patient, rotation(gateway, former))).rejects.toMatchObject(
      refused('cannot be the one that this gateway has'),
    );
    expect(inForce()).toBe(toBase64url(former.publicKey));
  });

  test('goes to a channel behind what was taken before it and before what was taken after it', async () => {
    const first = granted(former);
    await desk.consent.takeGrant(patient, first);
    const next = generateEd25519().signer;
    const rotated = rotation(next, former);
    await desk.rotations.take(patient, rotated);
    const second = granted(next, 2);
    await desk.consent.takeGrant(patient, second);
    const { came, outbox, settled } = ledgers(() => 'OK');
    outbox.start();
    await settled();
    const on = (channel: ChannelName) => came.flatMap(([where, what]) => (where === channel ? [what] : []));
    expect(on('authorities')).toEqual([first, rotated, second]);
    expect(on('cloud')).toEqual([first, rotated, second]);
    expect(patient.chain.state.consentKey).toBe(toBase64url(next.publicKey));
    expect(await t.core.chain.verify(patient.patientNo)).toMatchObject({ ok: true, blocks: 2 });
  });

  test('opens an epoch here as on the ledgers: a revoke-all of the new key ends what the former one granted, whatever its number', async () => {
    const { patientNo } = patient;
    const delegationId = randomId128();
    const key = generateEd25519().signer;
    const about = { patientId: patient.patientId, networkId: 'devnet', iat: Math.floor(t.nowMs / 1_000) };
    const keyProof = makeStatement(keyProofStatement({ ...about, publicKey: key.publicKey }), key);
    await desk.appointing.appoint(
      patient,
      await desk.said(
        patient,
        'delegate',
        {
          ...{ policySeq: 501, kind: 'carer', key: toBase64url(key.publicKey), keyProof, acts: ['grant'] },
          ...{ permissions: ['read'], purposes: ['TREAT'], scopeTags: [], further: 0 },
          until: '2099-01-01T00:00:00.000Z',
        },
        delegationId,
      ),
    );
    const earlier = await desk.consent.takeGrant(patient, granted(former, 500));
    const next = generateEd25519().signer;
    await desk.rotations.take(patient, rotation(next, former));
    const covered = await desk.consent.takeGrant(patient, granted(next, 1));
    const later = await desk.consent.takeGrant(patient, granted(next, 3));
    await desk.consent.takeRevocation(patient, everything(2, next));
    const statusOf = (grantId: string) => desk.grants.get(patientNo, grantId)?.status;
    expect([earlier, covered, later].map(statusOf)).toEqual(['revoked', 'revoked', 'pending']);
    expect(desk.delegations.get(patientNo, delegationId)?.status).toBe('ended');
  });

  test('opens an epoch here: what a thief has revoked at the highest number is no answer to what is revoked later', async () => {
    await desk.consent.takeRevocation(patient, everything(Number.MAX_SAFE_INTEGER, former));
    const next = generateEd25519().signer;
    await desk.rotations.take(patient, rotation(next, former));
    const grantId = await desk.consent.takeGrant(patient, granted(next, 1));
    desk.settle();
    desk.everythingIsActive();
    expect(desk.consent.standing(patient, grantId).status).toBe('done');
    const taken = await desk.consent.takeRevocation(patient, everything(2, next));
    expect(taken.isAlready).toBe(false);
    expect(desk.grants.get(patient.patientNo, grantId)?.status).toBe('revoked');
  });

  test('that others took to the ledger opens the epoch of its place there', async () => {
    const [second, third] = [generateEd25519().signer, generateEd25519().signer];
    const from = '2026-01-01T00:00:00Z';
    desk.patientOnLedger = {
      consentKeys: [
        { key: toBase64url(former.publicKey), from, until: from },
        { key: toBase64url(second.publicKey), from, until: from },
        { key: toBase64url(third.publicKey), from },
      ],
    };
    await desk.rotations.compare(patient.patientId);
    const grantId = await desk.consent.takeGrant(patient, granted(third));
    expect(desk.grants.get(patient.patientNo, grantId)).toMatchObject({ policySeq: 1, epoch: 2 });
  });

  test('that the ledgers refuse leaves the former key in force, and takes nothing that the new one signed', async () => {
    const next = generateEd25519().signer;
    const { job } = await desk.rotations.take(patient, rotation(next, former));
    const grantId = await desk.consent.takeGrant(patient, granted(next));
    desk.patientOnLedger = {
      consentKeys: [{ key: toBase64url(former.publicKey), from: '2026-01-01T00:00:00Z' }],
    };
    const { outbox, settled } = ledgers(() => 'KEY_REUSED');
    outbox.start();
    await settled();
    for (const id of [job, grantId])
      expect(() => desk.consent.standing(patient, id)).toThrow(
        expect.objectContaining({ code: 'CONSENT_REFUSED' }),
      );
    expect(inForce()).toBe(toBase64url(former.publicKey));
    await desk.consent.takeGrant(patient, granted(former, 2));
    expect(patient.chain.state.height).toBe(0);
  });

  test('that a crash kept from the chain is there after the next start', async () => {
    const next = generateEd25519().signer;
    await desk.rotations.take(patient, rotation(next, former));
    desk.settle();
    await t.reopen({ migrations: GATEWAY_MIGRATIONS });
    desk = ConsentDesk.on(t);
    patient = t.core.patients.get(patient.patientId);
    expect(inForce()).toBe(toBase64url(former.publicKey));
    await desk.rotations.resume();
    expect(inForce()).toBe(toBase64url(next.publicKey));
    expect(patient.chain.state).toMatchObject({ height: 1, consentKey: toBase64url(next.publicKey) });
  });

  test('that others took to the ledger is noticed, and joins the chain when its statement comes', async () => {
    const next = generateEd25519().signer;
    desk.patientOnLedger = {
      consentKeys: [
        { key: toBase64url(former.publicKey), from: '2026-01-01T00:00:00Z', until: '2026-02-01T00:00:00Z' },
        { key: toBase64url(next.publicKey), from: '2026-02-01T00:00:00Z' },
      ],
    };
    await desk.rotations.compare(patient.patientId);
    expect(inForce()).toBe(toBase64url(next.publicKey));
    await expect(desk.consent.takeGrant(patient, granted(former))).rejects.toMatchObject(
      refused('STATEMENT_KEY_UNKNOWN'),
    );
    await desk.rotations.take(patient, rotation(next, former));
    desk.settle();
    await desk.rotations.advance(patient);
    expect(patient.chain.state).toMatchObject({ height: 1, consentKey: toBase64url(next.publicKey) });
  });
});

describe('a consent key that the gateway keeps', () => {
  test('is rotated under the same passphrase, each time to another; a decision afterwards is by the new one', async () => {
    const keys = [toBase64url(former.publicKey)];
    for (let round = 0; round < 2; round++) {
      await desk.rotations.make(patient, UNLOCK);
      keys.push(inForce());
      const { publicKey } = await t.core.patients.unlockConsent(patient.patientId, PASSPHRASE);
      expect(toBase64url(publicKey)).toBe(inForce());
    }
    expect(new Set(keys).size).toBe(3);
    desk.settle();
    await desk.rotations.advance(patient);
    expect(await t.core.chain.verify(patient.patientNo)).toMatchObject({ ok: true, blocks: 3 });
  });
});
