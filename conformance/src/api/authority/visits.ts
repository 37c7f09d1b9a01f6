import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { records } from '@careledger/contracts';
import { fromUtf8, utf8 } from '@careledger/crypto';
import { decryptFrom, newSalt, saltedHash } from '@careledger/envelope';
import { SEALED_CONTEXT } from '@careledger/protocol';
import { describe, expect, test } from '@jest/globals';
import { call } from '../../fixtures/services/api-client.js';
import type { LayersFixture } from '../../fixtures/services/layers-fixture.js';
import type { TestHome } from '../../fixtures/services/test-home.js';
import { textOf } from '../../fixtures/services/granted.js';

const MINUTE_MS = 60_000;
const minutesAgo = (minutes: number): string => new Date(Date.now() - minutes * MINUTE_MS).toISOString();

/** What an authority's clients see of visits. */
export function describeVisits(fixture: () => LayersFixture): void {
  describe('visits', () => {
    const visit = (home: TestHome, more: object = {}) =>
      call(fixture().authority(), 'practitioner', 'POST /v1/visits', {
        patientId: home.patientId,
        at: minutesAgo(10),
        data: { reason: 'check-up' },
        ...more,
      });

    test('with a check-in code it is confirmed, on both channels, and its data stays at home', async () => {
      const home = await fixture().home();
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
      const own = await call(fixture().authority(), 'practitioner', `GET /v1/visits/${visitId}`);
      expect(own.body).toMatchObject({ data: { reason: 'check-up' } });
      const audited = await call(fixture().authority(), 'auditor', `GET /v1/visits/${visitId}`);
      expect(audited.body).not.toHaveProperty('data');
      const files = readdirSync(join(fixture().dir, 'hospital')).filter((name) =>
        name.startsWith('authority.db'),
      );
      for (const name of files)
        expect(readFileSync(join(fixture().dir, 'hospital', name)).includes('check-up')).toBe(false);
    });

    test('without one it is unconfirmed, and with another patient’s it is refused', async () => {
      const home = await fixture().home();
      expect((await visit(home)).body).toMatchObject({ stage: 'related', confirmed: false });
      const checkIn = (await fixture().home()).checkIn('aut_hospital', minutesAgo(20));
      const refused = await visit(home, { checkIn });
      expect([refused.status, refused.body['reason']]).toEqual([422, 'CHECK_IN_INVALID']);
    });

    test('of last week, with a check-in code that dates itself back, is recorded and not confirmed', async () => {
      const home = await fixture().home();
      const at = minutesAgo(7 * 24 * 60);
      const made = await visit(home, { at, checkIn: home.checkIn('aut_hospital', at) });
      expect([made.status, made.body['confirmed']]).toEqual([201, false]);
      const path = `/v1/visits/${textOf(made.body['visitId'])}`;
      const shown = await call(fixture().authority(), 'practitioner', `GET ${path}`);
      expect(shown.body).toMatchObject({ confirmed: false });
    });

    test('is shown to nobody who was withdrawn, and to whom it is shown is in the audit', async () => {
      const hospital = fixture().authority();
      const home = await fixture().home();
      const { body } = await visit(home);
      const registered = await call(hospital, 'ops', 'POST /v1/practitioners', {
        ...{ role: 'physician', identity: { identifier: 'staff-18' } },
      });
      const practitionerId = textOf(registered.body['practitionerId']);
      const path = `/v1/visits/${textOf(body['visitId'])}?practitionerId=${practitionerId}`;
      expect((await call(hospital, 'practitioner', `GET ${path}`)).body).toHaveProperty('data');
      const audit = await call(hospital, 'auditor', 'GET /v1/audit?limit=1');
      expect(audit.body['accesses']).toEqual([
        {
          ledger: null,
          own: expect.objectContaining({ basis: 'visit', visitId: body['visitId'], practitionerId }),
        },
      ]);
      await call(hospital, 'ops', `DELETE /v1/practitioners/${practitionerId}`);
      const refused = await call(hospital, 'practitioner', `GET ${path}`);
      expect([refused.body['code'], refused.body['data']]).toEqual(['PRACTITIONER_UNKNOWN', undefined]);
    });

    test('another provider relays it where one is away', async () => {
      const home = await fixture().home();
      const provider = fixture().processes.child('cloud-a');
      await provider.stop();
      try {
        expect((await visit(home)).body).toMatchObject({ stage: 'related', relayedBy: 'prv_cloud-b' });
      } finally {
        await provider.start();
      }
    });
  });
}
