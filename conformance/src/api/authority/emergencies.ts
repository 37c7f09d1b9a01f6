import { describe, expect, test } from '@jest/globals';
import { call } from '../../rig/api-client.js';
import type { LayersRig } from '../../rig/layers-rig.js';
import { NoticeClient } from '../../rig/notices.js';
import type { TestHome } from '../../rig/test-home.js';
import { granted } from './granted.js';

const EMERGENCY_BUNDLE = { resourceType: 'Bundle', type: 'collection' };

/** What an authority's clients see of emergencies. */
export function describeEmergencies(rig: () => LayersRig): void {
  describe('emergencies', () => {
    const send = (statement: string) =>
      call(rig().authority(), 'system', 'POST', '/v1/emergency-notices', { statement });

    test('a direct emergency is told at once with its bundle, and matched with its announcement later', async () => {
      const home = await rig().home();
      await granted(rig(), home);
      await using notices = await NoticeClient.connect(rig().authority());
      const stored = await home.store(rig().provider(), {
        kind: 'emergency',
        bundle: EMERGENCY_BUNDLE,
        readers: [],
      });
      const statement = await home.emergencyNotice('aut_hospital', {
        recordId: stored.recordId,
        bundle: EMERGENCY_BUNDLE,
      });
      expect((await send(statement)).status).toBe(202);
      const direct = await notices.next(({ type }) => type === 'emergency');
      expect(direct.data).toMatchObject({ recordId: stored.recordId, bundle: EMERGENCY_BUNDLE });
      const unmatched = '/v1/notices/unmatched?olderThanMs=0';
      expect((await call(rig().authority(), 'ops', 'GET', unmatched)).body['emergencies']).toEqual([
        expect.objectContaining({ recordId: stored.recordId }),
      ]);
      await stored.announce();
      const announced = await notices.next(({ type }) => type === 'record');
      expect(announced.data).toMatchObject({ recordId: stored.recordId, matched: true });
      expect((await call(rig().authority(), 'ops', 'GET', unmatched)).body['emergencies']).toEqual([]);
      // The same notice again: recognised, and told once.
      expect((await send(statement)).body).toEqual({ created: false });
      await using replay = await NoticeClient.connect(rig().authority(), { lastEventId: direct.id - 1 });
      await replay.next(({ id }) => id === announced.id);
      expect(replay.received.map(({ id }) => id)).toEqual([direct.id, announced.id]);
    });

    test.each([
      [
        'another patient’s gateway',
        'STATEMENT_KEY_UNKNOWN',
        async (home: TestHome) => ({ signer: (await rig().home()).patient, recordId: home.nextRecordId() }),
      ],
      [
        'a notice for another authority',
        'NOT_ADDRESSED',
        async (home: TestHome) => ({ addressee: 'aut_lab', recordId: home.nextRecordId() }),
      ],
    ])('%s is refused', async (_name, code, made) => {
      const home = await rig().home();
      await granted(rig(), home);
      const notice = await made(home);
      const answer = await send(
        await home.emergencyNotice('aut_hospital', { bundle: EMERGENCY_BUNDLE, ...notice }),
      );
      expect([answer.status, answer.body['code']]).toEqual([403, code]);
    });

    test('without a grant it is refused', async () => {
      const home = await rig().home();
      const notice = { recordId: home.nextRecordId(), bundle: EMERGENCY_BUNDLE };
      const answer = await send(await home.emergencyNotice('aut_hospital', notice));
      expect([answer.status, answer.body['code']]).toEqual([403, 'NOT_SUBSCRIBED']);
    });

    test('something sealed that is no bundle is refused', async () => {
      const home = await rig().home();
      await granted(rig(), home);
      const notice = { recordId: home.nextRecordId(), bundle: { resourceType: 'Patient' } };
      const answer = await send(await home.emergencyNotice('aut_hospital', notice));
      expect([answer.status, answer.body['code']]).toEqual([422, 'FHIR_INVALID']);
    });
  });
}
