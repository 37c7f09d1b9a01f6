import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { records } from '@careledger/contracts';
import { fromUtf8, utf8 } from '@careledger/crypto';
import { timestampOf } from '@careledger/domain';
import { decryptFrom, newSalt, saltedHash } from '@careledger/envelope';
import { SEALED_CONTEXT } from '@careledger/protocol';
import { describe, expect, test } from '@jest/globals';
import { call } from '../../rig/api-client.js';
import type { LayersRig } from '../../rig/layers-rig.js';
import type { TestHome } from '../../rig/test-home.js';
import { textOf } from './granted.js';

const MINUTE_MS = 60_000;
/** A check-in confirms what reaches the ledger within a day: these visits are of today. */
const minutesAgo = (minutes: number): string => timestampOf(Date.now() - minutes * MINUTE_MS);

/** What an authority's clients see of visits. */
export function describeVisits(rig: () => LayersRig): void {
  describe('visits', () => {
    const visit = (home: TestHome, more: object = {}) =>
      call(rig().authority(), 'practitioner', 'POST', '/v1/visits', {
        patientId: home.patientId,
        at: minutesAgo(10),
        data: { reason: 'check-up' },
        ...more,
      });

    test('with a check-in code it is confirmed, on both channels, and its data stays at home', async () => {
      const home = await rig().home();
      const checkIn = home.checkIn('aut_hospital', minutesAgo(20));
      const made = await visit(home, { checkIn });
      expect(made.status).toBe(201);
      expect(made.body).toMatchObject({
        stage: 'related',
        confirmed: true,
        relayedBy: expect.stringMatching(/^prv_/),
      });
      const visitId = textOf(made.body['visitId']);
      for (const channel of ['authorities', 'cloud'] as const) {
        const { rows } = await home.ledger
          .channel(channel)
          .evaluate(records, 'ListVisits', { patientId: home.patientId });
        expect(rows).toEqual([expect.objectContaining({ visitId, confirmed: true })]);
        expect(JSON.stringify(rows)).not.toContain('check-up');
        const location = await decryptFrom(rows[0]?.location ?? '', home.encryption, {
          context: SEALED_CONTEXT.visitLocation,
        });
        expect(JSON.parse(fromUtf8(location))).toMatchObject({ id: visitId });
        expect(rows[0]?.dataHash).not.toBe(saltedHash(newSalt(), utf8('{"reason":"check-up"}')));
      }
      const own = await call(rig().authority(), 'practitioner', 'GET', `/v1/visits/${visitId}`);
      expect(own.body).toMatchObject({ data: { reason: 'check-up' } });
      const audited = await call(rig().authority(), 'auditor', 'GET', `/v1/visits/${visitId}`);
      expect(audited.body).not.toHaveProperty('data');
      const files = readdirSync(join(rig().dir, 'hospital')).filter((name) =>
        name.startsWith('authority.db'),
      );
      for (const name of files)
        expect(readFileSync(join(rig().dir, 'hospital', name)).includes('check-up')).toBe(false);
    });

    test('without one it is unconfirmed, and with another patient’s it is refused', async () => {
      const home = await rig().home();
      expect((await visit(home)).body).toMatchObject({ stage: 'related', confirmed: false });
      const checkIn = (await rig().home()).checkIn('aut_hospital', minutesAgo(20));
      const refused = await visit(home, { checkIn });
      expect([refused.status, refused.body['reason']]).toEqual([422, 'CHECK_IN_INVALID']);
    });

    test('another provider relays it where one is away', async () => {
      const home = await rig().home();
      const provider = rig().family.child('cloud-a');
      await provider.stop();
      try {
        expect((await visit(home)).body).toMatchObject({ stage: 'related', relayedBy: 'prv_cloud-b' });
      } finally {
        await provider.start();
      }
    });
  });
}
