import { generateEd25519, generateX25519, nodeVerifier, toBase64url, utf8 } from '@careledger/crypto';
import { NoticeReceiptBody, STATEMENTS, type AnnouncedRecordState } from '@careledger/contracts';
import { recordSeedFor } from '@careledger/envelope';
import { EMERGENCY_NOTICE_MAX_AGE_S } from '@careledger/protocol';
import { checkStatement, readStatement } from '@careledger/statements';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Value } from 'typebox/value';
import { TestHospital } from '../../testing/test-hospital.js';
import { TEST_NETWORK, testPatient } from '../../testing/test-patient.js';

const sid = (letter: string): string => `${letter.repeat(21)}A`;
const FROM = '2026-01-01T00:00:00Z';

let hospital: TestHospital;
let patient: ReturnType<typeof testPatient>;
beforeEach(async () => {
  hospital = new TestHospital();
  patient = testPatient();
  await hospital.granted(patient.state, patient.grant());
});
afterEach(() => hospital[Symbol.asyncDispose]());

const nowS = () => Math.floor(hospital.nowMs / 1_000);
const send = async (options: Partial<Parameters<typeof patient.notice>[0]> = {}) => {
  const notice = await patient.notice({ to: hospital.ownKey.publicKey, iat: nowS(), ...options });
  return { notice, answer: await hospital.service.accept(notice) };
};
const kept = () => hospital.store.all('SELECT record_id FROM emergencies');
const refusedAs = (code: string, reason?: string) =>
  expect.objectContaining({ code, ...(reason && { members: expect.objectContaining({ reason }) }) });

describe('a direct notice', () => {
  test('is answered with this authority’s signed receipt, and with the same one when it comes again', async () => {
    const { notice, answer } = await send();
    const { payload } = checkStatement(answer.receipt, {
      typ: STATEMENTS.noticeReceipt.typ,
      audience: TEST_NETWORK,
      issuer: 'aut_hospital',
      isBody: (body): body is object => Value.Check(NoticeReceiptBody, body),
      publicKeyOf: (kid) =>
        kid === hospital.issuer.signer.kid ? hospital.issuer.signer.publicKey : undefined,
      verifier: nodeVerifier(),
    });
    const { payload: noticed, hash } = readStatement(notice.statement, { maxChars: 65_536 });
    expect(payload.body).toEqual({
      ...{ patientId: patient.patientId, noticeSid: noticed.sid, noticeHash: hash },
      receivedAt: new Date(hospital.nowMs).toISOString(),
    });
    expect(answer.created).toBe(true);
    hospital.nowMs += 60_000;
    expect(await hospital.service.accept(notice)).toEqual({ created: false, receipt: answer.receipt });
    expect(kept()).toHaveLength(1);
  });

  test('that comes twice at once is one, with one receipt', async () => {
    const notice = await patient.notice({ to: hospital.ownKey.publicKey, iat: nowS() });
    const answers = await Promise.all([hospital.service.accept(notice), hospital.service.accept(notice)]);
    expect(new Set(answers.map(({ receipt }) => receipt)).size).toBe(1);
    expect(answers.filter(({ created }) => created)).toHaveLength(1);
    expect(kept()).toHaveLength(1);
  });

  test('is kept sealed, as it came', async () => {
    const { notice } = await send();
    const [row] = hospital.store.all<{ ciphertext: Uint8Array }>('SELECT * FROM emergencies');
    expect(toBase64url(row?.ciphertext ?? utf8(''))).toBe(notice.ciphertext);
    expect(JSON.stringify(hospital.store.all('SELECT * FROM notices'))).not.toContain('2339-0');
  });

  test('that is a day old is refused, and one of the minute before is taken', async () => {
    const iat = nowS() - EMERGENCY_NOTICE_MAX_AGE_S;
    await expect(send({ iat: iat - 1 })).rejects.toEqual(refusedAs('STATEMENT_EXPIRED'));
    await expect(send({ iat: iat + 60 })).resolves.toMatchObject({ answer: { created: true } });
  });

  test('that is dated ahead is refused', async () => {
    await expect(send({ iat: nowS() + 600 })).rejects.toEqual(refusedAs('STATEMENT_FROM_FUTURE'));
  });

  test('by a stranger, or by a key that was rotated away, is refused', async () => {
    const { signer } = generateEd25519();
    await expect(send({ signer })).rejects.toEqual(refusedAs('STATEMENT_KEY_UNKNOWN'));
    const gatewayKeys = [
      { key: patient.state.gatewayKeys[0]?.key ?? '', from: FROM, until: '2026-05-01T00:00:00Z' },
      { key: toBase64url(signer.publicKey), from: '2026-05-01T00:00:00Z' },
    ];
    const state = { ...patient.state, gatewayKeys };
    await hospital.store.commit(() => hospital.mirror.putPatient(state));
    hospital.ledgers.authorities.patients.set(patient.patientId, state);
    await expect(send()).rejects.toEqual(refusedAs('STATEMENT_KEY_UNKNOWN'));
    await expect(send({ signer })).resolves.toMatchObject({ answer: { created: true } });
  });

  test('about another patient than its gateway’s is refused', async () => {
    const body = { patientId: testPatient().patientId };
    await expect(send({ body })).rejects.toEqual(refusedAs('STATEMENT_ISSUER_MISMATCH'));
  });

  test('with a record id that somebody saw elsewhere is refused: the id is the hash of patient and seed', async () => {
    const seed = recordSeedFor(new Uint8Array(32), { patientId: patient.patientId, kind: 'x', key: 'x' });
    await expect(send({ body: { seed } })).rejects.toEqual(refusedAs('NOTICE_REFUSED', 'RECORD_ID_MISMATCH'));
    const { recordId } = testPatient().newRecord();
    await expect(send({ body: { recordId } })).rejects.toEqual(
      refusedAs('NOTICE_REFUSED', 'RECORD_ID_MISMATCH'),
    );
  });

  test('whose manifest is of another record of the same patient is refused', async () => {
    const other = await patient.notice({ to: hospital.ownKey.publicKey });
    const { manifest } = readStatement(other.statement, { maxChars: 65_536 }).payload.body as {
      manifest: string;
    };
    await expect(send({ body: { manifest } })).rejects.toEqual(refusedAs('NOTICE_REFUSED', 'AAD_MISMATCH'));
  });

  test('that tells of fewer tags than its record carries is refused', async () => {
    const tagGroups = [[sid('v')], [sid('l')]];
    await expect(send({ tagGroups, body: { tagGroups: [[sid('v')]] } })).rejects.toEqual(
      refusedAs('NOTICE_REFUSED', 'AAD_MISMATCH'),
    );
  });

  test('with another ciphertext than the manifest’s is refused', async () => {
    const notice = await patient.notice({ to: hospital.ownKey.publicKey, iat: nowS() });
    const other = await patient.notice({ to: hospital.ownKey.publicKey, iat: nowS() });
    await expect(hospital.service.accept({ ...notice, ciphertext: other.ciphertext })).rejects.toEqual(
      refusedAs('NOTICE_REFUSED', 'CIPHERTEXT_HASH_MISMATCH'),
    );
  });

  test('wrapped to another authority is refused', async () => {
    await expect(send({ to: generateX25519().publicKey })).rejects.toEqual(
      refusedAs('NOTICE_REFUSED', 'NOT_A_RECIPIENT'),
    );
  });

  test.each([
    ['is about another patient', 'SUBJECT_MISMATCH', () => testPatient().emergency()],
    ['is no emergency', 'PROFILE_VIOLATION', () => ({ resourceType: 'Bundle', type: 'collection' })],
    ['is an instruction', 'BUNDLE_TYPE_REFUSED', () => ({ ...patient.emergency(), type: 'transaction' })],
    ['is no bundle', 'NOT_A_BUNDLE', () => ({ resourceType: 'Patient' })],
  ])('whose content %s is refused', async (_name, reason, bundle) => {
    const refusal = await send({ bundle: bundle() }).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'NOTICE_REFUSED' });
    expect([reason, 'SUBJECT_MISSING', 'KIND_MISMATCH']).toContain(
      (refusal as { members: { reason: string } }).members.reason,
    );
    expect(kept()).toEqual([]);
  });

  test('for another authority, or without a grant that brings notices, is refused', async () => {
    await expect(send({ authorityId: 'aut_lab' })).rejects.toEqual(refusedAs('NOT_ADDRESSED'));
    const { authorities } = hospital.ledgers;
    authorities.revoke(patient.grant());
    await hospital.mirrored(patient.patientId);
    await expect(send()).rejects.toEqual(refusedAs('NOT_SUBSCRIBED'));
  });

  test('is taken while the ledger is away', async () => {
    hospital.ledgers.authorities.state = hospital.ledgers.cloud.state = 'away';
    await expect(send()).resolves.toMatchObject({ answer: { created: true } });
  });
});

describe('the announcement of a notice’s record', () => {
  const announced = (
    { recordId, seed, manifestHash }: { recordId: string; seed: string; manifestHash: string },
    more: Partial<AnnouncedRecordState> = {},
  ): AnnouncedRecordState => ({
    ...{ patientId: patient.patientId, recordId, seed, version: 1, prevVersionHash: null },
    ...{ author: patient.patientId, kind: 'emergency', providerId: 'prv_cloud-a', manifestHash },
    period: { start: '2026-05-05T08:00:00Z', end: '2026-05-05T08:00:01Z' },
    ...{ tagGroups: [], storeTxId: 'b'.repeat(64), announcedAt: FROM, txId: 'c'.repeat(64) },
    ...more,
  });
  const announce = (row: AnnouncedRecordState) =>
    hospital.store.commit(() => hospital.announcements.announced([row], 7));
  const unmatched = () =>
    hospital.emergencies
      .unmatched({ receivedAfter: '', receivedBefore: '9', beforeNoticeId: 1_000, limit: 10 })
      .map(({ recordId, mismatch }) => [recordId, mismatch]);
  const isNoticed = () => {
    hospital.log.published();
    return hospital.log
      .after(0)
      .filter(({ type }) => type === 'record')
      .map(({ data }) => data['matched']);
  };

  test('matches it by author and manifest', async () => {
    const { notice } = await send();
    expect(unmatched()).toEqual([[notice.recordId, null]]);
    await announce(announced(notice));
    expect([unmatched(), isNoticed()]).toEqual([[], [true]]);
  });

  test('matches it, too, where it came first', async () => {
    const notice = await patient.notice({ to: hospital.ownKey.publicKey, iat: nowS() });
    await hospital.store.commit(() =>
      hospital.mirror.grantSince(patient.patientId, patient.grant().grantId, 6),
    );
    await announce(announced(notice));
    await hospital.service.accept(notice);
    expect(unmatched()).toEqual([]);
  });

  test.each([
    ['by somebody else who saw the id', 'AUTHOR_MISMATCH', { author: 'aut_stranger' }],
    ['of another content', 'MANIFEST_HASH_MISMATCH', { manifestHash: 'A'.repeat(43) }],
  ])('%s is no match: the notice stays, flagged', async (_name, reason, more) => {
    const { notice } = await send();
    await announce(announced(notice, more));
    expect([unmatched(), isNoticed()]).toEqual([[[notice.recordId, reason]], [undefined]]);
    // The right one still comes.
    await hospital.store.commit(() => hospital.emergencies.match(announced(notice)));
    expect(unmatched()).toEqual([]);
  });

  test('of another content that came first is no match either', async () => {
    const notice = await patient.notice({ to: hospital.ownKey.publicKey, iat: nowS() });
    await hospital.store.commit(() =>
      hospital.mirror.grantSince(patient.patientId, patient.grant().grantId, 6),
    );
    await announce(announced(notice, { manifestHash: 'A'.repeat(43) }));
    await hospital.service.accept(notice);
    expect(unmatched()).toEqual([[notice.recordId, 'MANIFEST_HASH_MISMATCH']]);
  });
});
