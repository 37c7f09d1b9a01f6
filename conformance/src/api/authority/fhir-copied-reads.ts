import { setTimeout as delay } from 'node:timers/promises';
import { entryHashOf, entryNameOf, patientResourceIdOf, resourceIdOf } from '@careledger/fhir';
import { describe, expect, test } from '@jest/globals';
import { call } from '../../fixtures/services/api-client.js';
import { periodicRecord, weight } from '../../fixtures/services/bundles.js';
import { announced, copyGranted } from '../../fixtures/services/granted.js';
import type { LayersFixture } from '../../fixtures/services/layers-fixture.js';
import { until } from '../../fixtures/services/until.js';

interface Asked {
  readonly unit?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Of the authority's own log. */
interface Line {
  readonly basis: string;
  readonly patientId: string;
  readonly unit: string | null;
  readonly caller: string | null;
}

/** A read that raced. */
interface Seen {
  readonly status: number;
  readonly isOfCopy: boolean;
  readonly askedMs: number;
  readonly answeredMs: number;
}

const OF_LEDGER = { headers: { 'x-careledger-source': 'ledger' } };
const READ_EVERY_MS = 50;
/** A copy shows nothing of what a patient has revoked for longer than this. */
const HIDDEN_WITHIN_MS = 30_000;

/** Reads by id that are served of a copy: to the byte what opening the record gives, and not a moment longer. */
export function describeFhirCopiedReads(fixture: () => LayersFixture): void {
  const ask = async (method: 'GET' | 'PUT' | 'POST', path: string, { unit, headers, body }: Asked = {}) => {
    const answer = await fetch(`${fixture().authority().url}/fhir${path}`, {
      method,
      headers: {
        authorization: `Bearer ${fixture().unitTokens.get(unit ?? 'cardiology') ?? ''}`,
        ...(body !== undefined && { 'content-type': 'application/fhir+json' }),
        ...headers,
      },
      ...(body !== undefined && { body }),
    });
    const told = ['etag', 'last-modified', 'content-type', 'cache-control'];
    return {
      ...{ status: answer.status, text: await answer.text() },
      told: told.map((name) => answer.headers.get(name)),
      location: answer.headers.get('location') ?? '',
      permit: answer.headers.get('x-careledger-permit'),
    };
  };
  /** Asks until the copy has it. */
  const ofCopy = (path: string) =>
    until(
      () => ask('GET', path),
      ({ status, permit }) => status === 200 && permit === null,
    );
  /** A weight that the hospital writes, and of which the patient lets its cardiology keep a copy. */
  const copiedWeight = async () => {
    const home = await fixture().home();
    await copyGranted(fixture(), home, 'cardiology', ['read', 'write', 'modify']);
    const subject = { reference: `Patient/${patientResourceIdOf(home.patientId)}` };
    const json = JSON.stringify(weight(subject, 12345)).replace('12345', '81.40');
    const { location } = await ask('POST', '/Observation', { body: json });
    const path = location.replace(/^\/fhir/, '').replace(/\/_history.*/, '');
    await ofCopy(path);
    return { home, path };
  };

  describe('FHIR reads of copies', () => {
    test('are to the byte what opening the record gives, logged like a search, and the newest that was written here', async () => {
      const { home, path } = await copiedWeight();
      for (const each of [path, `${path}/_history/1`]) {
        const { permit: none, ...kept } = await ask('GET', each);
        const { permit, ...opened } = await ask('GET', each, OF_LEDGER);
        expect([none, permit]).toEqual([null, expect.stringMatching(/^[0-9a-f]{64}$/)]);
        expect(kept).toEqual(opened);
        expect(kept.text).toContain('"value":81.40,');
      }
      const { body } = await call(fixture().authority(), 'auditor', 'GET /v1/audit?limit=20');
      const lines = (body['accesses'] as { readonly own: Line }[]).map(({ own }) => own);
      const ofPersons = lines.filter((own) => own.patientId === home.patientId && own.caller !== 'copy');
      expect(ofPersons.slice(0, 4).map(({ basis, unit }) => [basis, unit])).toEqual(
        ['request', 'copy', 'request', 'copy'].map((basis) => [basis, 'cardiology']),
      );
      // Another unit has the grant, and no copy.
      expect((await ask('GET', path, { unit: 'billing' })).permit).toMatch(/^[0-9a-f]{64}$/);

      const { text } = await ask('GET', path);
      const headers = { 'if-match': 'W/"1"' };
      const changed = await ask('PUT', path, { body: text.replace('81.40', '80.20'), headers });
      expect(changed.status).toBe(200);
      expect((await ask('GET', path)).text).toBe(changed.text);
      const next = await ofCopy(path);
      expect([next.text, next.told[0]]).toEqual([changed.text, 'W/"2"']);
      // The version that the copy had is opened on the ledger.
      const former = await ask('GET', `${path}/_history/1`);
      expect([former.text, former.permit === null]).toEqual([text, false]);
    }, 60_000);

    test('that race with a revocation: whoever was refused once is refused, within 30 s of it on the ledger', async () => {
      // Of the patient's own: what the hospital has written it may read without a grant.
      const home = await fixture().home();
      const { patientId } = home;
      const { grantId } = await copyGranted(fixture(), home, 'cardiology');
      const { recordId } = await announced(fixture(), home, ['aut_hospital']);
      const [entry] = periodicRecord(patientId, 120).entry;
      const entryHash = entryHashOf(entryNameOf(entry ?? {}, 0));
      const path = `/${entry?.resource.resourceType}/${resourceIdOf({ patientId, recordId, entry: entryHash })}`;
      await ofCopy(path);
      let [isOver, revokedMs] = [false, Number.POSITIVE_INFINITY];
      const seen: Seen[] = [];
      const reading = async () => {
        while (!isOver) {
          const askedMs = Date.now();
          const { status, permit } = await ask('GET', path);
          seen.push({ status, isOfCopy: permit === null, askedMs, answeredMs: Date.now() });
          // As many as the token may ask.
          await delay(READ_EVERY_MS);
        }
      };
      const revoking = async () => {
        await home.revoke(grantId);
        revokedMs = Date.now();
        await until(
          async () => seen.at(-1)?.status,
          (status) => status === 403 || Date.now() > revokedMs + HIDDEN_WITHIN_MS,
        );
        isOver = true;
      };
      await Promise.all([reading(), reading(), revoking()]);
      expect(new Set(seen.map(({ status }) => status))).toEqual(new Set([200, 403]));
      const refusedMs = Math.min(
        ...seen.flatMap(({ status, answeredMs }) => (status === 403 ? [answeredMs] : [])),
      );
      expect(refusedMs).toBeLessThan(revokedMs + HIDDEN_WITHIN_MS);
      const shown = seen.filter(({ status }) => status === 200);
      expect(shown.some(({ isOfCopy }) => isOfCopy)).toBe(true);
      expect(shown.filter(({ askedMs }) => askedMs > refusedMs)).toEqual([]);
      for (const asked of [{}, OF_LEDGER]) {
        const refused = await ask('GET', path, asked);
        expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('ACCESS_DENIED')]);
      }
    }, 60_000);
  });
}
