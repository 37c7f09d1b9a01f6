import { randomBytes } from 'node:crypto';
import { ACCESS_BATCH_MAX_ITEMS, STATEMENTS, type AccessBatchResult } from '@careledger/contracts';
import { PROVIDER_ROUTES, RELEASED_MAX_BYTES, ReleaseAnswer } from '@careledger/protocol';
import { makeStatement } from '@careledger/statements';
import { describe, expect, test } from '@jest/globals';
import type { CloudFixture } from '../fixtures/providers/cloud-fixture.js';
import { gatewayOf, type MadeVersion, type VersionPlan } from '../fixtures/providers/made-version.js';
import { problemOf } from '../fixtures/providers/problem-of.js';

/** So large that three do not fit into one answer, and two do. */
const LARGE_BYTES = Math.floor(RELEASED_MAX_BYTES / 2.5);

/** Many records asked for and released at once. */
export function describeBatches(fixture: CloudFixture): void {
  const granted = async (isGranted = true) => {
    const patient = await fixture.newPatient();
    if (isGranted) await fixture.decree('Grant', patient.grant('aut_hospital'));
    const stored = async (plan: VersionPlan = {}): Promise<MadeVersion> => {
      const made = await fixture.version(patient.id, gatewayOf(patient), {
        recipients: [patient.id, 'aut_hospital'],
        ...plan,
      });
      await fixture.store(made, plan.provider === 'prv_cloud-b' ? fixture.providers.b : fixture.providers.a);
      return made;
    };
    return { patient, stored };
  };
  const requestOf = (made: MadeVersion) => fixture.accessRequest(made, 'prv_cloud-a');
  const ask = (statements: readonly string[]) => fixture.ask(statements, fixture.providers.a);
  const codes = (items: Awaited<ReturnType<typeof ask>>) =>
    items.map(({ record, problem, left }) => {
      if (record !== undefined) return 'record';
      return left === true ? 'left' : (problem?.reason ?? problem?.code);
    });

  describe('a batch of requests', () => {
    test('over two patients and two holders is one transaction: each is answered by itself, in order', async () => {
      const [one, other, ungranted] = [await granted(), await granted(), await granted(false)];
      const first = await one.stored();
      const elsewhere = await other.stored({ provider: 'prv_cloud-b' });
      const denied = await ungranted.stored();
      const labs = fixture.accessRequest(first, 'prv_cloud-a', fixture.lab);
      const items = await ask([
        requestOf(first),
        labs,
        requestOf(denied),
        requestOf(first),
        fixture.accessRequest(await one.stored(), 'prv_cloud-b'),
        requestOf(elsewhere),
        'not.a.statement',
      ]);
      expect(codes(items)).toEqual([
        'record',
        'ORGANISATION_MISMATCH',
        'NO_GRANT',
        'BATCH_DUPLICATE_SUBJECT',
        'RELAY_MISMATCH',
        'record',
        'STATEMENT_MALFORMED',
      ]);
      expect(items[0]?.record?.ciphertext).toBe(first.request.ciphertext);
      expect(items[5]?.record?.ciphertext).toBe(elsewhere.request.ciphertext);
      const decided = items.flatMap(({ access }) => (access === undefined ? [] : [access.txId]));
      expect([decided.length, new Set(decided).size]).toEqual([3, 1]);
    });

    test('releases each of its permits once', async () => {
      const { stored } = await granted();
      const statements = [await stored(), await stored()].map(requestOf);
      expect(codes(await ask(statements))).toEqual(['record', 'record']);
      expect(codes(await ask(statements))).toEqual(['PERMIT_USED', 'PERMIT_USED']);
    });

    test('that one answer has no room for is released in parts, under the permits of one transaction', async () => {
      const { stored } = await granted();
      const made: MadeVersion[] = [];
      for (let n = 0; n < 3; n++)
        made.push(await stored({ content: randomBytes((LARGE_BYTES * 3) / 4).toString('base64') }));
      const small = await stored();
      const statements = [...made, small].map(requestOf);
      const items = await ask(statements);
      expect(codes(items)).toEqual(['record', 'record', 'left', 'left']);
      const height = await fixture.height();
      const rest = await ask(statements.slice(2));
      expect(codes(rest)).toEqual(['record', 'record']);
      expect(rest.map(({ access }) => access?.txId)).toEqual(
        items.slice(2).map(({ access }) => access?.txId),
      );
      expect(await fixture.height()).toBe(height);
    });

    test('of more requests than a transaction decides on is refused whole', async () => {
      const { stored } = await granted();
      const statement = requestOf(await stored());
      const many = Array.from({ length: ACCESS_BATCH_MAX_ITEMS + 1 }, () => statement);
      expect(await problemOf(ask(many))).toMatchObject({ code: 'VALIDATION_FAILED' });
    });

    test('whose holder is killed between permits and release releases nothing afterwards; asked anew, it does', async () => {
      const { stored } = await granted();
      const versions = [await stored(), await stored(), await stored()];
      const { network } = fixture.providers;
      const relay = network.organisation('prv_hospital', 'HospitalMSP');
      await network.register(relay, 'hospital admin', 'cloud');
      const obtain = async () => {
        const items = versions.map((made) => fixture.accessRequest(made, relay.id));
        const { result } = await network.submit('hospital client', 'cloud', 'RequestAccess', { items });
        return (result as AccessBatchResult).items.flatMap(({ access }) => access ?? []);
      };
      const spend = async (accesses: Awaited<ReturnType<typeof obtain>>) => {
        const about = { typ: STATEMENTS.releaseRequest.typ, iss: relay.id, aud: network.networkId };
        const statements = accesses.map((access) => {
          const { txId: permitTxId, requestSid, patientId, recordId, version = 0, requester } = access;
          const body = { permitTxId, requestSid, patientId, recordId, version, requester };
          return makeStatement({ ...about, channels: ['cloud'], body }, relay.signer);
        });
        const { items } = await fixture.providers.a
          .as('HospitalMSP')
          .call('POST', PROVIDER_ROUTES.releases, { body: { statements }, result: ReleaseAnswer });
        return codes(items);
      };
      const permits = await obtain();
      expect(new Set(permits.map(({ txId }) => txId)).size).toBe(1);
      expect(await spend(permits.slice(0, 1))).toEqual(['record']);
      await fixture.providers.a.stop();
      await fixture.providers.a.start();
      expect(await spend(permits)).toEqual(['PERMIT_EXPIRED', 'PERMIT_EXPIRED', 'PERMIT_EXPIRED']);
      const [one, ...others] = await obtain();
      if (one === undefined) throw new Error('Three permits');
      // The same permit twice, among others.
      expect(await spend([one, one, ...others])).toEqual(['record', 'PERMIT_USED', 'record', 'record']);
    });
  });
}
