import type { EmergencyNoticeHttp } from '@careledger/protocol';
import { describe, expect, test } from '@jest/globals';
import { call } from '../../rig/api-client.js';
import { glucoseEmergency } from '../../rig/bundles.js';
import type { LayersRig } from '../../rig/layers-rig.js';
import { NoticeClient } from '../../rig/notices.js';
import type { TestHome } from '../../rig/test-home.js';
import { granted } from './granted.js';

/** What an authority's clients see of emergencies. */
export function describeEmergencies(rig: () => LayersRig): void {
  describe('emergencies', () => {
    const send = (notice: EmergencyNoticeHttp) =>
      call(rig().authority(), 'system', 'POST', '/v1/emergency-notices', notice);
    const emergencyOf = (home: TestHome) => ({
      kind: 'emergency' as const,
      bundle: glucoseEmergency(home.patientId),
      readers: [],
    });

    test('a direct emergency is told at once with its bundle, and matched with its announcement later', async () => {
      const home = await rig().home();
      await granted(rig(), home);
      await using notices = await NoticeClient.connect(rig().authority());
      const stored = await home.store(rig().provider(), emergencyOf(home));
      const notice = await home.emergencyNotice('aut_hospital', stored);
      const taken = await send(notice);
      expect([taken.status, taken.body]).toEqual([202, { created: true, receipt: expect.any(String) }]);
      const direct = await notices.next(({ type }) => type === 'emergency');
      expect(direct.data).toMatchObject({ recordId: stored.recordId, bundle: emergencyOf(home).bundle });
      const unmatched = '/v1/notices/unmatched?olderThanMs=0';
      expect((await call(rig().authority(), 'ops', 'GET', unmatched)).body['emergencies']).toEqual([
        expect.objectContaining({ recordId: stored.recordId }),
      ]);
      await stored.announce();
      const announced = await notices.next(({ type }) => type === 'record');
      expect(announced.data).toMatchObject({ recordId: stored.recordId, matched: true });
      expect((await call(rig().authority(), 'ops', 'GET', unmatched)).body['emergencies']).toEqual([]);
      // The same notice again: recognised, and told once.
      expect((await send(notice)).body).toEqual({ created: false, receipt: taken.body['receipt'] });
      await using replay = await NoticeClient.connect(rig().authority(), { lastEventId: direct.id - 1 });
      await replay.next(({ id }) => id === announced.id);
      expect(replay.received.map(({ id }) => id)).toEqual([direct.id, announced.id]);
    });

    test.each([
      [
        'another patient’s gateway',
        'STATEMENT_KEY_UNKNOWN',
        async () => ({ signer: (await rig().home()).patient }),
      ],
      ['a notice for another authority', 'NOT_ADDRESSED', () => Promise.resolve({ addressee: 'aut_lab' })],
    ])('%s is refused', async (_name, code, wrongly) => {
      const home = await rig().home();
      await granted(rig(), home);
      const sealed = home.seal(emergencyOf(home));
      const answer = await send(await home.emergencyNotice('aut_hospital', sealed, await wrongly()));
      expect([answer.status, answer.body['code']]).toEqual([403, code]);
    });

    test('without a grant it is refused', async () => {
      const home = await rig().home();
      const answer = await send(await home.emergencyNotice('aut_hospital', home.seal(emergencyOf(home))));
      expect([answer.status, answer.body['code']]).toEqual([403, 'NOT_SUBSCRIBED']);
    });

    test('something sealed that is no bundle is refused', async () => {
      const home = await rig().home();
      await granted(rig(), home);
      const sealed = home.seal({ ...emergencyOf(home), bundle: { resourceType: 'Patient' } });
      const answer = await send(await home.emergencyNotice('aut_hospital', sealed));
      expect([answer.status, answer.body['code']]).toEqual([422, 'FHIR_INVALID']);
    });
  });
}
