import { NoticeReceiptBody, accessControl, records } from '@careledger/contracts';
import { fromBase64url, nodeVerifier } from '@careledger/crypto';
import { allRows } from '@careledger/ledger';
import type { EmergencyNoticeHttp } from '@careledger/protocol';
import { checkStatement, readStatement } from '@careledger/statements';
import { describe, expect, test } from '@jest/globals';
import { Value } from 'typebox/value';
import { call } from '../../fixtures/services/api-client.js';
import { emergencyRecord, periodicRecord } from '../../fixtures/services/bundles.js';
import type { LayersFixture } from '../../fixtures/services/layers-fixture.js';
import { NoticeClient, type ReceivedNotice } from '../../fixtures/services/notices.js';
import type { TestHome } from '../../fixtures/services/test-home.js';
import { granted, textOf } from '../../fixtures/services/granted.js';

const POLL_MS = 50;
const isEmergencyOf =
  (home: TestHome) =>
  ({ type, data }: ReceivedNotice): boolean =>
    type === 'emergency' && data['patientId'] === home.patientId;

/** What an authority's clients see of emergencies. */
export function describeEmergencies(fixture: () => LayersFixture): void {
  describe('emergencies', () => {
    const send = (notice: EmergencyNoticeHttp) =>
      call(fixture().authority(), 'system', 'POST /v1/emergency-notices', notice);
    const sealed = (home: TestHome, bundle: object = emergencyRecord(home.patientId)) =>
      home.seal({ kind: 'emergency', bundle });
    /** A direct emergency of a patient is here. */
    const noticed = async (home: TestHome) => {
      const record = sealed(home);
      const answer = await send(await home.emergencyNotice('aut_hospital', record));
      expect(answer.status).toBe(202);
      return record;
    };
    /** What somebody sees of a past emergency who asks for all of the past. */
    const rereads = async (home: TestHome, options: Parameters<typeof NoticeClient.connect>[1] = {}) => {
      await using notices = await NoticeClient.connect(fixture().authority(), { after: 0, ...options });
      return (await notices.next(isEmergencyOf(home))).data;
    };
    const readingsOf = (home: TestHome) =>
      allRows((page) =>
        home.ledger
          .channel('cloud')
          .evaluate(records, 'ListAccesses', { patientId: home.patientId, ...page }),
      );

    test('a direct emergency is told at once with its bundle, and matched with its announcement later', async () => {
      const home = await fixture().home();
      await granted(fixture(), home);
      await using notices = await NoticeClient.connect(fixture().authority());
      const record = sealed(home);
      const notice = await home.emergencyNotice('aut_hospital', record);
      const answer = await send(notice);
      expect([answer.status, answer.body['created']]).toEqual([202, true]);
      const direct = await notices.next(isEmergencyOf(home));
      const bundle: unknown = JSON.parse(JSON.stringify(emergencyRecord(home.patientId)));
      expect(direct.data).toMatchObject({ recordId: record.recordId, bundle, decidedBy: 'peer' });
      const unmatched = '/v1/notices/unmatched?olderThanMs=0';
      expect((await call(fixture().authority(), 'ops', `GET ${unmatched}`)).body['emergencies']).toEqual([
        expect.objectContaining({ recordId: record.recordId, reason: 'NOT_ANNOUNCED' }),
      ]);
      const stored = await home.storeSealed(fixture().provider(), record, ['aut_hospital']);
      await stored.announce();
      const announced = await notices.next(({ type }) => type === 'record');
      expect(announced.data).toMatchObject({ recordId: record.recordId, matched: true });
      expect((await call(fixture().authority(), 'ops', `GET ${unmatched}`)).body['emergencies']).toEqual([]);
      // The same notice again: recognised, told once, and answered with the same receipt.
      expect((await send(notice)).body).toEqual({ ...answer.body, created: false });
      await using replay = await NoticeClient.connect(fixture().authority(), { lastEventId: direct.id - 1 });
      await replay.next(({ id }) => id === announced.id);
      expect(replay.received.map(({ id }) => id)).toEqual([direct.id, announced.id]);
      // And what is opened through the ledger later is the same.
      const path = `/v1/records/${record.recordId}?patientId=${home.patientId}`;
      expect((await call(fixture().authority(), 'practitioner', `GET ${path}`)).body).toEqual(bundle);
    });

    test('the gateway gets the authority’s signed word that the notice is here', async () => {
      const home = await fixture().home();
      await granted(fixture(), home);
      const notice = await home.emergencyNotice('aut_hospital', sealed(home));
      const { body } = await send(notice);
      const { signingKeys } = await home.ledger
        .channel('authorities')
        .evaluate(accessControl, 'GetAuthority', { authorityId: 'aut_hospital' });
      const { payload } = checkStatement(textOf(body['receipt']), {
        typ: 'careledger.notice-receipt+jws',
        audience: fixture().network.networkId,
        issuer: 'aut_hospital',
        isBody: (value): value is { noticeHash: string } => Value.Check(NoticeReceiptBody, value),
        publicKeyOf: () => fromBase64url(signingKeys[0]?.key ?? ''),
        verifier: nodeVerifier(),
      });
      expect(payload.body.noticeHash).toBe(readStatement(notice.statement, { maxChars: 65_536 }).hash);
    });

    test('each reading is on the ledger, with what the ledger says to it', async () => {
      const home = await fixture().home();
      await granted(fixture(), home);
      const record = await noticed(home);
      await home.storeSealed(fixture().provider(), record);
      await rereads(home);
      await rereads(home, { as: { purpose: 'HRESCH' } });
      let rows = await readingsOf(home);
      while (rows.length === 0) {
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
        rows = await readingsOf(home);
      }
      expect(rows).toEqual([
        expect.objectContaining({
          ...{ basis: 'notice', requester: 'aut_hospital', recordId: record.recordId, version: 1 },
          ...{ decision: 'permit', reason: 'GRANT', purpose: 'TREAT', readAt: expect.any(String) },
        }),
      ]);
      const audit = await call(fixture().authority(), 'auditor', `GET /v1/audit?patientId=${home.patientId}`);
      expect(audit.body['accesses']).toEqual([
        {
          ledger: expect.objectContaining({ basis: 'notice' }),
          own: expect.objectContaining({ basis: 'notice', outcome: 'opened', decidedBy: 'peer' }),
        },
      ]);
    });

    test('a practitioner of another unit sees nothing of past emergencies', async () => {
      const home = await fixture().home();
      await granted(fixture(), home, {}, { units: ['cardiology'] });
      await noticed(home);
      const as = (unit: string) => rereads(home, { token: fixture().unitTokens.get(unit) ?? '' });
      expect(await as('cardiology')).toHaveProperty('bundle');
      expect(await as('billing')).toMatchObject({ withheld: 'GRANTEE_MISMATCH' });
      expect(await as('billing')).not.toHaveProperty('bundle');
      expect(await rereads(home)).toMatchObject({ withheld: 'GRANTEE_MISMATCH' });
    });

    test('after the revocation nobody sees anything of past emergencies, whenever the token was made', async () => {
      const home = await fixture().home();
      const grantId = await granted(fixture(), home);
      await noticed(home);
      await using open = await NoticeClient.connect(fixture().authority());
      expect(await rereads(home)).toHaveProperty('bundle');
      await home.revoke(grantId);
      expect(await rereads(home)).toMatchObject({ withheld: 'NO_GRANT' });
      // A stream that was opened before is no way around it.
      expect(open.received.some(({ data }) => 'bundle' in data)).toBe(false);
    });

    test('a practitioner who is withdrawn sees nothing more: the stream ends, and none begins', async () => {
      const hospital = fixture().authority();
      const home = await fixture().home();
      await granted(fixture(), home);
      const registered = await call(hospital, 'ops', 'POST /v1/practitioners', {
        ...{ role: 'physician', identity: { identifier: 'staff-19' } },
      });
      const practitionerId = textOf(registered.body['practitionerId']);
      await noticed(home);
      expect(await rereads(home, { as: { practitionerId } })).toHaveProperty('bundle');
      await using open = await NoticeClient.connect(hospital, { as: { practitionerId } });
      await call(hospital, 'ops', `DELETE /v1/practitioners/${practitionerId}`);
      await noticed(home);
      await open.ended;
      expect(open.received.filter(isEmergencyOf(home))).toEqual([]);
      await expect(NoticeClient.connect(hospital, { after: 0, as: { practitionerId } })).rejects.toThrow(
        /PRACTITIONER_UNKNOWN/,
      );
    });

    test('a Last-Event-ID from beyond the newest notice goes on with what comes next', async () => {
      const home = await fixture().home();
      await granted(fixture(), home);
      await using notices = await NoticeClient.connect(fixture().authority(), { lastEventId: 999_999_999 });
      await noticed(home);
      expect((await notices.next(isEmergencyOf(home))).data).toHaveProperty('bundle');
    });

    test('something else that is announced in its place is no match, and listed with the reason', async () => {
      const home = await fixture().home();
      await granted(fixture(), home);
      const record = await noticed(home);
      // The gateway itself stores another content under the id.
      const other = home.sealAt(record, { kind: 'emergency', bundle: emergencyRecord(home.patientId, 44) });
      const stored = await home.storeSealed(fixture().provider(), other);
      await stored.announce();
      await using notices = await NoticeClient.connect(fixture().authority(), { after: 0 });
      const announced = await notices.next(
        ({ type, data }) => type === 'record' && data['recordId'] === record.recordId,
      );
      expect(announced.data).not.toHaveProperty('matched');
      const { body } = await call(fixture().authority(), 'ops', 'GET /v1/notices/unmatched');
      expect(body['emergencies']).toContainEqual(
        expect.objectContaining({ recordId: record.recordId, reason: 'MANIFEST_HASH_MISMATCH' }),
      );
    });

    test.each([
      [
        'another patient’s gateway',
        'STATEMENT_KEY_UNKNOWN',
        async () => ({ signer: (await fixture().home()).patient }),
      ],
      ['a notice for another authority', 'NOT_ADDRESSED', async () => ({ addressee: 'aut_lab' })],
    ])('%s is refused', async (_name, code, made) => {
      const home = await fixture().home();
      await granted(fixture(), home);
      const answer = await send(await home.emergencyNotice('aut_hospital', sealed(home), await made()));
      expect([answer.status, answer.body['code']]).toEqual([403, code]);
    });

    test('without a grant it is refused', async () => {
      const home = await fixture().home();
      const answer = await send(await home.emergencyNotice('aut_hospital', sealed(home)));
      expect([answer.status, answer.body['code']]).toEqual([403, 'NOT_SUBSCRIBED']);
    });

    test.each([
      ['no bundle', () => ({ resourceType: 'Patient' })],
      ['an emergency of somebody else', () => emergencyRecord(`pat_${'a'.repeat(32)}`)],
      ['no emergency', (home: TestHome) => periodicRecord(home.patientId, 120)],
    ])('something sealed that is %s is refused', async (_name, bundle) => {
      const home = await fixture().home();
      await granted(fixture(), home);
      const notice = await home.emergencyNotice('aut_hospital', sealed(home, bundle(home)));
      const answer = await send(notice);
      expect([answer.status, answer.body['code']]).toEqual([422, 'NOTICE_REFUSED']);
    });
  });
}
