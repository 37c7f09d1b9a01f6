import {
  ChaincodeFixture,
  TestDelegate,
  client,
  codeOf,
  newSigner,
  publicKeyOf,
  type TestOrganisation,
  type TestPatient,
} from '@careledger/chaincode-runtime/testing';
import {
  DELEGATED_GRANTS_PER_AUTHORITY_MAX,
  DELEGATIONS_PER_APPOINTER_MAX,
  GUARDIANSHIP_MAX_DAYS,
  type Decision,
  type DelegationState,
  type GrantState,
} from '@careledger/contracts';
import { randomId128 } from '@careledger/crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { accessControlChaincode } from './chaincode.js';

let fixture: ChaincodeFixture;
let hospital: TestOrganisation;
let patient: TestPatient;
beforeEach(async () => {
  fixture = new ChaincodeFixture([accessControlChaincode]);
  hospital = await fixture.organisation('aut_hospital', 'HospitalMSP');
  patient = await fixture.patient();
});

const DAY_MS = 86_400_000;
const [TAG, OTHER] = ['t', 'o'].map((letter) => `${letter.repeat(21)}A`) as [string, string];
const inDays = (days: number) => new Date(fixture.nowMs + days * DAY_MS).toISOString();
const delegate = (statement: string, atMs = fixture.nowMs) =>
  fixture.run('Delegate', { statement }, { atMs });
const refusal = (statement: string) => codeOf(delegate(statement));
const end = (statement: string) => fixture.run('EndDelegation', { statement }, { caller: client('LabMSP') });
const grantCode = async (statement: string, atMs = fixture.nowMs) =>
  (await fixture.codes('Grant', [statement], { atMs }))[0];
const revokeCode = async (statement: string) => (await fixture.codes('Revoke', [statement]))[0];
const decide = (more: object = {}) =>
  fixture.ask<Decision>('Decide', {
    ...{ patientId: patient.id, requester: hospital.id, granteeTags: [], permission: 'read' },
    ...{ purpose: 'TREAT', tagGroups: [[TAG]] },
    ...more,
  });
const listed = async () =>
  (await fixture.ask<{ rows: DelegationState[] }>('ListDelegations', { patientId: patient.id })).rows;
const rules = async () =>
  (await fixture.ask<{ rows: GrantState[] }>('ListGrants', { patientId: patient.id })).rows;

type Terms = Parameters<TestDelegate['appointment']>[1];
/** Somebody appointed, by the patient or by another delegate. */
async function appointed(terms: Terms = {}, above?: TestDelegate): Promise<TestDelegate> {
  const carer = new TestDelegate(patient, above);
  await delegate(carer.appointment(fixture.nowMs, terms));
  return carer;
}

describe('a delegate', () => {
  test('grants, denies and revokes by its own count, and the ledger says who did', async () => {
    const carer = await appointed();
    const sid = randomId128();
    expect(await grantCode(patient.grant('aut_hospital', {}, { sid: randomId128() }))).toBe('OK');
    expect(await grantCode(carer.grant(hospital.id, fixture.nowMs, {}, { sid }))).toBe('OK');
    expect((await rules()).find(({ grantId }) => grantId === sid)).toMatchObject({
      ...{ policySeq: 1, delegateSeq: 1, path: carer.path },
    });
    expect(await revokeCode(carer.revoke(sid))).toBe('OK');
    expect((await rules()).find(({ grantId }) => grantId === sid)?.revokedAt).toBeDefined();
  });

  test('that nobody appointed signs nothing, and one appointed for another patient neither', async () => {
    expect(await grantCode(new TestDelegate(patient).grant(hospital.id, fixture.nowMs))).toBe(
      'STATEMENT_KEY_UNKNOWN',
    );
    const other = await fixture.patient();
    const elsewhere = new TestDelegate(other);
    await delegate(elsewhere.appointment(fixture.nowMs));
    const forged = new TestDelegate(patient, undefined, elsewhere.signer);
    expect(await grantCode(forged.grant(hospital.id, fixture.nowMs))).toBe('STATEMENT_KEY_UNKNOWN');
  });

  test('names its path: none, another’s or a wrong one is refused; the patient names none', async () => {
    const carer = await appointed({ further: 1 });
    const next = await appointed({}, carer);
    const other = await appointed();
    const withPath = (path?: string[]) => {
      const body = {
        ...{ policySeq: 9, authorityId: hospital.id, granteeTags: [], permissions: ['read' as const] },
        ...{
          scopeTags: [],
          purposes: ['TREAT' as const],
          from: inDays(0),
          until: inDays(1),
          delegable: false,
        },
        ...(path && { path }),
      };
      return body;
    };
    const by = (signer = next.signer, path?: string[]) =>
      grantCode(patient.sign('grant', withPath(path), signer));
    expect(await by(next.signer)).toBe('DELEGATION_PATH_INVALID');
    expect(await by(next.signer, other.path)).toBe('DELEGATION_PATH_INVALID');
    expect(await by(next.signer, carer.path)).toBe('DELEGATION_PATH_INVALID');
    expect(await by(next.signer, [next.id])).toBe('DELEGATION_PATH_INVALID');
    expect(await by(next.signer, [other.id, next.id])).toBe('DELEGATION_PATH_INVALID');
    expect(await by(next.signer, [carer.id, randomId128()])).toBe('DELEGATION_UNKNOWN');
    expect(await by(patient.consent, carer.path)).toBe('DELEGATION_PATH_INVALID');
    expect(await by(next.signer, next.path)).toBe('OK');
  });

  test('stays within its acts, permissions, purposes, scope and time, as grantor and as one who denies', async () => {
    const carer = await appointed({
      ...{ acts: ['grant', 'deny'], permissions: ['read'], purposes: ['TREAT'], scopeTags: [TAG] },
      until: inDays(2),
    });
    const within = { scopeTags: [TAG] };
    const code = (body: object) => grantCode(carer.grant(hospital.id, fixture.nowMs, { ...within, ...body }));
    for (const effect of [{}, { effect: 'deny' as const }]) {
      expect(await code({ ...effect, permissions: ['read', 'write'] })).toBe('DELEGATION_EXCEEDED');
      expect(await code({ ...effect, purposes: ['HRESCH'] })).toBe('DELEGATION_EXCEEDED');
      expect(await code({ ...effect, scopeTags: [] })).toBe('DELEGATION_EXCEEDED');
      expect(await code({ ...effect, scopeTags: [TAG, OTHER] })).toBe('DELEGATION_EXCEEDED');
      expect(await code({ ...effect, until: inDays(3) })).toBe('DELEGATION_EXCEEDED');
      const { path, policySeq } = { path: carer.path, policySeq: 900 };
      const endless = patient.sign(
        'grant',
        {
          ...{ policySeq, path, authorityId: hospital.id, granteeTags: [], permissions: ['read'], ...within },
          ...{ purposes: ['TREAT'], from: inDays(0), delegable: false, ...effect },
        },
        carer.signer,
      );
      expect(await grantCode(endless)).toBe('DELEGATION_EXCEEDED');
      expect(await code(effect)).toBe('OK');
    }
    expect(await code({ delegable: true })).toBe('DELEGATION_EXCEEDED');
    expect(await code({ detail: true })).toBe('DELEGATION_EXCEEDED');
    const copy = { purpose: 'TREAT', unitHash: 'A'.repeat(43) } as const;
    expect(await code({ subscriptionId: randomId128(), copy })).toBe('DELEGATION_EXCEEDED');
    expect(await code({ subscriptionId: randomId128() })).toBe('DELEGATION_EXCEEDED');
    expect(await revokeCode(carer.revoke(randomId128()))).toBe('DELEGATION_EXCEEDED');
  });

  test('gives the single measured values, and appoints others who do, where each of its path may', async () => {
    const code = (of: TestDelegate, body: object) => grantCode(of.grant(hospital.id, fixture.nowMs, body));
    const carer = await appointed({ detail: true, further: 1 });
    expect([await code(carer, { detail: true }), await code(carer, {})]).toEqual(['OK', 'OK']);
    const plain = await appointed({ further: 0 }, carer);
    expect([await code(plain, { detail: true }), await code(plain, {})]).toEqual([
      'DELEGATION_EXCEEDED',
      'OK',
    ]);
    const guardian = await appointed({ further: 1 });
    const wider = new TestDelegate(patient, guardian);
    const appointment = wider.appointment(fixture.nowMs, { detail: true, further: 0 });
    expect(await refusal(appointment)).toBe('DELEGATION_EXCEEDED');
  });

  test('rotates no key, revokes not everything, checks nobody in: those are the patient’s', async () => {
    const carer = await appointed();
    const next = newSigner();
    for (const use of ['consent', 'gateway'] as const) {
      const body = { use, newKey: publicKeyOf(next), newKeyProof: patient.proofOf(next) };
      const statement = patient.sign('rotatePatientKey', body, carer.signer);
      expect(await codeOf(fixture.run('RotatePatientKey', { statement }))).toBe('STATEMENT_KEY_UNKNOWN');
    }
    expect(await revokeCode(patient.sign('revokeAll', { policySeq: 5 }, carer.signer))).toBe(
      'STATEMENT_KEY_UNKNOWN',
    );
  });

  test('ends neither what the patient granted nor what the patient denied, nor another delegate’s', async () => {
    const [carer, other] = [await appointed(), await appointed()];
    const [granted, denied, others] = [randomId128(), randomId128(), randomId128()];
    await grantCode(patient.grant(hospital.id, {}, { sid: granted }));
    await grantCode(patient.grant(hospital.id, { effect: 'deny' }, { sid: denied }));
    await grantCode(other.grant(hospital.id, fixture.nowMs, {}, { sid: others }));
    for (const id of [granted, denied, others])
      expect(await revokeCode(carer.revoke(id))).toBe('DELEGATION_EXCEEDED');
    expect((await rules()).every(({ revokedAt }) => revokedAt === undefined)).toBe(true);
  });

  test('does not outrun the patient: not by a number, an id, a tombstone, nor by filling the room', async () => {
    const carer = await appointed();
    const [denied, revoked] = [randomId128(), randomId128()];
    // Its own count: the patient’s next numbers are the patient’s.
    expect(await grantCode(carer.grant(hospital.id, fixture.nowMs))).toBe('OK');
    // It has seen the patient’s denial on the other channel.
    expect(await grantCode(carer.grant(hospital.id, fixture.nowMs, {}, { sid: denied }))).toBe('OK');
    expect(await revokeCode(carer.revoke(revoked))).toBe('OK');
    expect(await revokeCode(patient.grant(hospital.id, { effect: 'deny' }, { sid: denied }))).toBe('OK');
    expect(await decide()).toMatchObject({ reason: 'DENIED_BY_RULE', grantId: denied });
    expect(await revokeCode(patient.revoke(denied))).toBe('OK');
    expect(await grantCode(patient.grant(hospital.id, {}, { sid: revoked }))).toBe('OK');
    for (let made = 1; made < DELEGATED_GRANTS_PER_AUTHORITY_MAX; made += 1)
      expect(await grantCode(carer.grant(hospital.id, fixture.nowMs))).toBe('OK');
    expect(await grantCode(carer.grant(hospital.id, fixture.nowMs))).toBe('GRANT_LIMIT');
    expect(await grantCode(patient.grant(hospital.id))).toBe('OK');
  });

  test('revokes its own before it arrives; a number of its own counts once', async () => {
    const carer = await appointed();
    const sid = randomId128();
    const held = carer.grant(hospital.id, fixture.nowMs, {}, { sid });
    expect(await revokeCode(carer.revoke(sid))).toBe('OK');
    expect(await grantCode(held)).toBe('GRANT_REVOKED');
    const again = carer.grant(hospital.id, fixture.nowMs, { policySeq: 2 });
    expect(await grantCode(again)).toBe('POLICY_SEQ_REUSED');
  });

  test('answers requests only where it may approve', async () => {
    const [can, cannot] = [await appointed({ acts: ['approve'] }), await appointed({ acts: ['grant'] })];
    for (const each of [can, cannot])
      await fixture.run(
        'Delegate',
        { statement: each.appointment(fixture.nowMs, { acts: each === can ? ['approve'] : ['grant'] }) },
        { channel: 'authorities' },
      );
    const sid = randomId128();
    const asked = { patientId: patient.id, permissions: ['read' as const], purposes: ['TREAT' as const] };
    const statement = hospital.sign('requestSubscription', asked, hospital.signer, { sid });
    await fixture.run(
      'RequestSubscription',
      { statement },
      { channel: 'authorities', caller: client('HospitalMSP') },
    );
    const reject = (by: TestDelegate) =>
      fixture.run(
        'RejectSubscription',
        { statement: patient.sign('rejectSubscription', { subscriptionId: sid, path: by.path }, by.signer) },
        { channel: 'authorities' },
      );
    expect(await codeOf(reject(cannot))).toBe('DELEGATION_EXCEEDED');
    const plain = (by: TestDelegate, subscriptionId?: string) =>
      fixture.codes(
        'Grant',
        [by.grant(hospital.id, fixture.nowMs, subscriptionId === undefined ? {} : { subscriptionId })],
        { channel: 'authorities' },
      );
    expect(await plain(can)).toEqual(['DELEGATION_EXCEEDED']);
    expect(await plain(cannot, sid)).toEqual(['DELEGATION_EXCEEDED']);
    expect(await plain(can, sid)).toEqual(['OK']);
  });
});

describe('the patient’s own statements', () => {
  test('win: a delegate’s denial leaves what the patient granted, and takes what a delegate granted', async () => {
    const carer = await appointed();
    const denial = () => carer.grant(hospital.id, fixture.nowMs, { effect: 'deny' });
    expect(await grantCode(carer.grant(hospital.id, fixture.nowMs))).toBe('OK');
    expect(await decide()).toMatchObject({ decision: 'permit' });
    expect(await revokeCode(denial())).toBe('OK');
    expect(await decide()).toMatchObject({ reason: 'DENIED_BY_RULE' });
    const sid = randomId128();
    await grantCode(patient.grant(hospital.id, {}, { sid }));
    expect(await decide()).toMatchObject({ decision: 'permit', grantId: sid });
    await grantCode(patient.grant(hospital.id, { effect: 'deny' }));
    expect(await decide()).toMatchObject({ reason: 'DENIED_BY_RULE' });
  });

  test('end a delegate’s rules one by one, and all of its grants with a revocation of everything', async () => {
    const carer = await appointed();
    const sid = randomId128();
    await grantCode(carer.grant(hospital.id, fixture.nowMs, {}, { sid }));
    expect(await revokeCode(patient.revoke(sid))).toBe('OK');
    expect(await decide()).toMatchObject({ reason: 'NO_GRANT' });
    const held = carer.grant(hospital.id, fixture.nowMs);
    await grantCode(carer.grant(hospital.id, fixture.nowMs));
    expect(await decide()).toMatchObject({ decision: 'permit' });
    expect(await revokeCode(patient.revokeAll())).toBe('OK');
    expect(await decide()).toMatchObject({ reason: 'NO_GRANT' });
    expect(await grantCode(held)).toBe('DELEGATION_ENDED');
    const [row] = await listed();
    expect(row?.endedAt).toBeDefined();
  });

  test('name a delegate after a revocation of everything, who then grants', async () => {
    expect(await revokeCode(patient.revokeAll())).toBe('OK');
    const late = new TestDelegate(patient);
    expect(await refusal(late.appointment(fixture.nowMs, { policySeq: 1 }))).toBe('DELEGATION_ENDED');
    const carer = await appointed();
    expect(await grantCode(carer.grant(hospital.id, fixture.nowMs))).toBe('OK');
    expect(await decide()).toMatchObject({ decision: 'permit' });
  });
});

describe('the end of a delegation', () => {
  test('ends the power to sign, of those whom it appointed too; what they granted stays', async () => {
    const carer = await appointed({ further: 1 });
    const next = await appointed({}, carer);
    await grantCode(next.grant(hospital.id, fixture.nowMs));
    const held = next.grant(hospital.id, fixture.nowMs);
    await end(carer.ended());
    expect(await grantCode(carer.grant(hospital.id, fixture.nowMs))).toBe('DELEGATION_ENDED');
    expect(await grantCode(held)).toBe('DELEGATION_ENDED');
    expect(await revokeCode(carer.revoke(randomId128()))).toBe('DELEGATION_ENDED');
    expect(await decide()).toMatchObject({ decision: 'permit' });
    expect((await listed()).every(({ endedAt }) => endedAt !== undefined)).toBe(true);
  });

  test('ends what was granted by it where the patient says so, and no denial', async () => {
    const carer = await appointed({ further: 1 });
    const next = await appointed({}, carer);
    const [granted, below, denied] = [randomId128(), randomId128(), randomId128()];
    await grantCode(carer.grant(hospital.id, fixture.nowMs, {}, { sid: granted }));
    await grantCode(next.grant(hospital.id, fixture.nowMs, {}, { sid: below }));
    await revokeCode(
      next.grant(hospital.id, fixture.nowMs, { effect: 'deny', scopeTags: [OTHER] }, { sid: denied }),
    );
    const { event } = await end(carer.ended(true));
    expect(event?.payload).toMatchObject({ changes: [{ revoked: [granted, below].sort() }] });
    expect(await decide()).toMatchObject({ reason: 'NO_GRANT' });
    const standing = (await rules()).filter(({ revokedAt }) => revokedAt === undefined);
    expect(standing.map(({ grantId }) => grantId)).toEqual([denied]);
  });

  test('before it arrives leaves nothing to arrive', async () => {
    const carer = new TestDelegate(patient);
    const held = carer.appointment(fixture.nowMs);
    await end(carer.ended());
    expect(await refusal(held)).toBe('DELEGATION_ENDED');
  });

  test('comes with its time', async () => {
    const carer = await appointed({ until: inDays(2) });
    const later = fixture.nowMs + 2 * DAY_MS;
    expect(await grantCode(carer.grant(hospital.id, fixture.nowMs), later)).toBe('DELEGATION_ENDED');
  });

  test('is the patient’s, its appointer’s or its own to say', async () => {
    const carer = await appointed({ further: 1 });
    const [next, other] = [await appointed({}, carer), await appointed()];
    expect(await codeOf(end(other.end(next.id)))).toBe('DELEGATION_EXCEEDED');
    expect(await codeOf(end(next.end(carer.id)))).toBe('DELEGATION_EXCEEDED');
    expect(await codeOf(end(carer.end(randomId128())))).toBe('DELEGATION_UNKNOWN');
    await end(carer.end(next.id));
    expect(await grantCode(next.grant(hospital.id, fixture.nowMs))).toBe('DELEGATION_ENDED');
    await end(other.end(other.id));
    expect(await grantCode(other.grant(hospital.id, fixture.nowMs))).toBe('DELEGATION_ENDED');
    const bound = await appointed({ acts: ['grant'] });
    expect(await codeOf(end(bound.end(bound.id, true)))).toBe('DELEGATION_EXCEEDED');
  });
});

describe('a further delegate', () => {
  test('gets no more than its appointer has, and three stand in a row at most', async () => {
    const first = await appointed({
      ...{ further: 2, acts: ['grant'], permissions: ['read'], purposes: ['TREAT'], scopeTags: [TAG] },
      until: inDays(5),
    });
    const bounds = {
      ...{
        further: 1,
        acts: ['grant' as const],
        permissions: ['read' as const],
        purposes: ['TREAT' as const],
      },
      ...{ scopeTags: [TAG], until: inDays(5) },
    };
    const code = (more: Terms) =>
      refusal(new TestDelegate(patient, first).appointment(fixture.nowMs, { ...bounds, ...more }));
    expect(await code({ further: 2 })).toBe('DELEGATION_EXCEEDED');
    expect(await code({ acts: ['grant', 'revoke'] })).toBe('DELEGATION_EXCEEDED');
    expect(await code({ permissions: ['write'] })).toBe('DELEGATION_EXCEEDED');
    expect(await code({ purposes: ['ETREAT'] })).toBe('DELEGATION_EXCEEDED');
    expect(await code({ scopeTags: [] })).toBe('DELEGATION_EXCEEDED');
    expect(await code({ until: inDays(6) })).toBe('DELEGATION_EXCEEDED');
    const second = await appointed(bounds, first);
    const third = await appointed({ ...bounds, further: 0 }, second);
    expect(await grantCode(third.grant(hospital.id, fixture.nowMs, { scopeTags: [TAG] }))).toBe('OK');
    const fourth = new TestDelegate(patient, third);
    const tooDeep = fourth.appointment(fixture.nowMs, { ...bounds, further: 0, path: third.path });
    expect(await refusal(tooDeep)).toBe('DELEGATION_EXCEEDED');
  });

  test('is no guardian, whom the patient alone appoints, for 12 months at most', async () => {
    const guardian = await appointed({ kind: 'guardian', further: 1, until: inDays(GUARDIANSHIP_MAX_DAYS) });
    const next = new TestDelegate(patient, guardian);
    expect(await refusal(next.appointment(fixture.nowMs, { kind: 'guardian' }))).toBe(
      'DELEGATION_TERMS_INVALID',
    );
    const longer = { kind: 'guardian' as const, until: inDays(GUARDIANSHIP_MAX_DAYS + 1) };
    expect(await refusal(new TestDelegate(patient).appointment(fixture.nowMs, longer))).toBe(
      'DELEGATION_TERMS_INVALID',
    );
    const over = { until: inDays(0) };
    expect(await refusal(new TestDelegate(patient).appointment(fixture.nowMs, over))).toBe(
      'DELEGATION_TERMS_INVALID',
    );
    // Renewed by a new statement, with the same key.
    const renewed = new TestDelegate(patient, undefined, guardian.signer);
    await delegate(renewed.appointment(fixture.nowMs, { kind: 'guardian' }));
    expect(await grantCode(renewed.grant(hospital.id, fixture.nowMs))).toBe('OK');
  });
});

describe('under an id of the patient’s a delegate', () => {
  test('keeps no grant of the patient’s alive beyond its revocation', async () => {
    const carer = await appointed();
    const sid = randomId128();
    const late = patient.grant(hospital.id, {}, { sid });
    expect(await grantCode(carer.grant(hospital.id, fixture.nowMs, {}, { sid }))).toBe('OK');
    expect(await revokeCode(patient.revoke(sid))).toBe('OK');
    expect(await grantCode(late)).toBe('GRANT_REVOKED');
    expect((await decide()).decision).toBe('deny');
  });

  test('keeps no appointment of the patient’s away, and none alive beyond its end', async () => {
    const carer = await appointed({ further: 1 });
    const [guardian, former] = [new TestDelegate(patient), new TestDelegate(patient)];
    for (const { id } of [guardian, former]) {
      const squatter = new TestDelegate(patient, carer);
      await delegate(squatter.appointment(fixture.nowMs, {}, { sid: id }));
    }
    await delegate(guardian.appointment(fixture.nowMs, { kind: 'guardian' }));
    expect(await grantCode(guardian.grant(hospital.id, fixture.nowMs))).toBe('OK');
    const late = former.appointment(fixture.nowMs);
    await end(former.ended());
    expect(await refusal(late)).toBe('DELEGATION_ENDED');
  });
});

describe('an appointment', () => {
  test('by the gateway’s key, with the patient’s own keys or without proof is refused', async () => {
    const carer = new TestDelegate(patient);
    const byGateway = patient.sign('delegate', bodyOf(carer), patient.gateway);
    expect(await refusal(byGateway)).toBe('STATEMENT_KEY_UNKNOWN');
    for (const signer of [patient.consent, patient.gateway]) {
      const own = new TestDelegate(patient, undefined, signer);
      expect(await refusal(own.appointment(fixture.nowMs))).toBe('KEY_REUSED');
    }
    const unproved = { keyProof: patient.proofOf(newSigner()) };
    expect(await refusal(new TestDelegate(patient).appointment(fixture.nowMs, unproved))).toBe(
      'KEY_PROOF_INVALID',
    );
    // Nor does a delegate’s key stay one that becomes the patient’s.
    const carer2 = await appointed();
    const body = {
      ...{ use: 'consent' as const, newKey: publicKeyOf(carer2.signer) },
      newKeyProof: patient.proofOf(carer2.signer),
    };
    const statement = patient.sign('rotatePatientKey', body, patient.consent);
    await fixture.run('RotatePatientKey', { statement });
    expect(await grantCode(carer2.grant(hospital.id, fixture.nowMs))).toBe('DELEGATION_PATH_INVALID');
  });

  test('taken again does nothing; under the id of another one, or one too many, it is refused', async () => {
    const carer = new TestDelegate(patient);
    const statement = carer.appointment(fixture.nowMs);
    const first = await delegate(statement);
    const again = await delegate(statement);
    expect(again.result).toEqual(first.result);
    const second = new TestDelegate(patient, carer);
    await delegate(new TestDelegate(patient).appointment(fixture.nowMs));
    expect(await refusal(second.appointment(fixture.nowMs))).toBe('DELEGATION_EXCEEDED');
    for (let made = 2; made < DELEGATIONS_PER_APPOINTER_MAX; made += 1) await appointed();
    expect(await refusal(new TestDelegate(patient).appointment(fixture.nowMs))).toBe('DELEGATION_LIMIT');
    await end(carer.ended());
    await appointed();
    expect(await listed()).toHaveLength(DELEGATIONS_PER_APPOINTER_MAX + 1);
  });

  const bodyOf = (carer: TestDelegate) => ({
    ...{ policySeq: 1, kind: 'carer' as const, key: publicKeyOf(carer.signer) },
    keyProof: patient.proofOf(carer.signer),
    ...{ acts: [], permissions: ['read' as const], purposes: ['TREAT' as const], scopeTags: [] },
    ...{ until: inDays(1), further: 0 },
  });
});
