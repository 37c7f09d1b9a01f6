import { TestOrganisation } from '@careledger/chaincode-runtime/testing';
import { STATEMENTS, type AccessBatchResult, type AccessState } from '@careledger/contracts';
import { makeRecipientReceipt, readManifest, readRecipientReceipt } from '@careledger/envelope';
import {
  PROVIDER_ROUTES,
  ReceiptAnswer,
  ReleaseAnswer,
  ReleaseLookupAnswer,
  type ReleasedRecord,
} from '@careledger/protocol';
import { makeStatement } from '@careledger/statements';
import { describe, expect, test } from '@jest/globals';
import type { IdentityName } from '../fixtures/chaincode/identities.js';
import { requestAhead } from '../fixtures/providers/hasty-relay.js';
import { gatewayOf, type MadeVersion } from '../fixtures/providers/made-version.js';
import { onlyAccess, onlyRecord } from '../fixtures/providers/only-item.js';
import { problemOf } from '../fixtures/providers/problem-of.js';
import type { CloudFixture } from '../fixtures/providers/cloud-fixture.js';

/** Peers refuse what is dated two minutes ahead. */
const AHEAD_MS = 110_000;
/** Between the clocks of processes on one machine. */
const SKEW_MS = 1_000;

/** A relay of an attacker: it has a request decided itself, when it likes and by the clock that it likes. */
interface Relay {
  readonly organisation: TestOrganisation;
  readonly identity: IdentityName;
}

/** When what a provider holds leaves it. */
export function describePermits(fixture: CloudFixture): void {
  const granted = async () => {
    const patient = await fixture.newPatient();
    await fixture.decree('Grant', patient.grant('aut_hospital'));
    const made = await fixture.version(patient.id, gatewayOf(patient), {
      recipients: [patient.id, 'aut_hospital'],
    });
    await fixture.store(made);
    return { patient, made };
  };

  /** The hospital itself, as a provider of its own: it registers, and relays what it asks for. */
  const hospitalsRelay = async (): Promise<Relay> => {
    const { network } = fixture.providers;
    const organisation = network.organisation('prv_hospital', 'HospitalMSP');
    await network.register(organisation, 'hospital admin', 'cloud');
    return { organisation, identity: 'hospital client' };
  };

  /** A permit for the hospital through a relay, not spent yet. */
  const obtain = async (made: MadeVersion, { organisation, identity }: Relay): Promise<AccessState> => {
    const statement = fixture.accessRequest(made, organisation.id);
    const { result } = await fixture.providers.network.submit(identity, 'cloud', 'RequestAccess', {
      items: [statement],
    });
    const [item] = (result as AccessBatchResult).items;
    if (item?.access === undefined) throw new Error(`The request was refused: ${item?.code}`);
    return item.access;
  };

  /** The same by a clock that is nearly as far ahead as peers let pass. */
  const obtainAhead = (made: MadeVersion, { organisation, identity }: Relay): Promise<AccessState> =>
    requestAhead(fixture.providers.network, identity, fixture.accessRequest(made, organisation.id), AHEAD_MS);

  const spend = async (
    { txId, requestSid, patientId, recordId, version = 0, requester }: AccessState,
    by: TestOrganisation,
    as = by.mspId,
  ): Promise<ReleasedRecord> => {
    const statement = makeStatement(
      {
        typ: STATEMENTS.releaseRequest.typ,
        iss: by.id,
        aud: fixture.providers.network.networkId,
        channels: ['cloud'],
        body: { permitTxId: txId, requestSid, patientId, recordId, version, requester },
      },
      by.signer,
    );
    const { items } = await fixture.providers.a
      .as(as)
      .call('POST', PROVIDER_ROUTES.releases, { body: { statements: [statement] }, result: ReleaseAnswer });
    return onlyRecord(items);
  };

  /** What provider A says that it released under a permit. */
  const lookUp = async ({ patientId, txId, requester, requestSid }: AccessState, of = patientId) => {
    const { items } = await fixture.providers.a
      .as('PatientsMSP')
      .call('POST', PROVIDER_ROUTES.releaseLookups, {
        body: { patientId: of, permits: [{ permitTxId: txId, requester, requestSid }] },
        result: ReleaseLookupAnswer,
      });
    return items[0];
  };

  describe('a permit', () => {
    test('lets a record go through the relay that the requester chose, at either provider', async () => {
      const { made } = await granted();
      for (const provider of [fixture.providers.a, fixture.providers.b]) {
        const { access, record } = await fixture.request(made, provider);
        expect(access).toMatchObject({ decision: 'permit', throughProviderId: provider.providerId });
        expect(record.ciphertext).toBe(made.request.ciphertext);
      }
    });

    test('is good for one release', async () => {
      const { made } = await granted();
      const relay = await hospitalsRelay();
      const permit = await obtain(made, relay);
      expect((await spend(permit, relay.organisation)).manifest).toBe(made.request.manifest);
      expect(await problemOf(spend(permit, relay.organisation))).toMatchObject({ code: 'PERMIT_USED' });
    });

    test('a relay submits no request that names another relay, or that another organisation made', async () => {
      const { patient, made } = await granted();
      const ask = (statement: string, as: string) =>
        problemOf(fixture.ask([statement], fixture.providers.a, as).then(onlyAccess));
      const elsewhere = fixture.accessRequest(made, 'prv_cloud-b');
      expect(await ask(elsewhere, 'HospitalMSP')).toMatchObject({
        code: 'ACCESS_REFUSED',
        reason: 'RELAY_MISMATCH',
      });
      const here = fixture.accessRequest(made, 'prv_cloud-a');
      for (const mspId of ['LabMSP', 'PatientsMSP', 'CloudBMSP'])
        expect(await ask(here, mspId)).toMatchObject({ code: 'ORGANISATION_MISMATCH' });
      const log = { patientId: patient.id };
      expect(
        await fixture.providers.network.evaluate('patients client', 'cloud', 'ListAccesses', log),
      ).toMatchObject({ rows: [] });
    });

    test('a permit can be spent by others than the one it was given through: by none of them any more', async () => {
      const { made } = await granted();
      const relay = await hospitalsRelay();
      const { network } = fixture.providers;
      const other = network.organisation('prv_lab', 'LabMSP');
      await network.register(other, 'lab admin', 'cloud');
      const permit = await obtain(made, relay);
      expect(await problemOf(spend(permit, other))).toMatchObject({ code: 'PERMIT_INVALID' });
      // With the relay's signature under another's token, and the other way round.
      expect(await problemOf(spend(permit, relay.organisation, 'LabMSP'))).toMatchObject({
        code: 'ORGANISATION_MISMATCH',
      });
      const thief = new TestOrganisation({
        id: 'prv_hospital',
        mspId: 'HospitalMSP',
        aud: network.networkId,
        iat: 0,
      });
      expect(await problemOf(spend(permit, thief))).toMatchObject({ code: 'PERMIT_INVALID' });
      expect((await spend(permit, relay.organisation)).recordId).toBe(made.record.recordId);
    });

    test('a revoked authority that also registers a provider spends a permit through its own relay: not after the revocation', async () => {
      const { patient, made } = await granted();
      const relay = await hospitalsRelay();
      const permit = await obtain(made, relay);
      await fixture.decree('Revoke', patient.revokeAll());
      expect(await problemOf(spend(permit, relay.organisation))).toMatchObject({ code: 'POLICY_CHANGED' });
      expect(await obtain(made, relay)).toMatchObject({ decision: 'deny' });
    });

    test('is over with any change of the policy, also one that takes nothing away', async () => {
      const { patient, made } = await granted();
      const relay = await hospitalsRelay();
      const permit = await obtain(made, relay);
      await fixture.decree('Grant', patient.grant('aut_lab'));
      expect(await problemOf(spend(permit, relay.organisation))).toMatchObject({ code: 'POLICY_CHANGED' });
    });

    test('the 30 s can be 150 s: a relay whose clock is ahead by 2 min gains nothing', async () => {
      const { made } = await granted();
      const relay = await hospitalsRelay();
      const permit = await obtainAhead(made, relay);
      const window = Date.parse(permit.releaseBefore ?? '') - Date.now();
      expect(window).toBeGreaterThan(100_000);
      await fixture.providers.a.pass(31_000);
      expect(await problemOf(spend(permit, relay.organisation))).toMatchObject({ code: 'PERMIT_EXPIRED' });
    });

    test('a holder that looks late does not restart the window', async () => {
      const { made } = await granted();
      const relay = await hospitalsRelay();
      const first = await obtainAhead(made, relay);
      // Nobody asks the holder for 29 s, then for 31 s: what counts is when the permit came.
      await fixture.providers.a.pass(28_000);
      const second = await obtainAhead(made, relay);
      await fixture.providers.a.pass(3_000);
      expect(await problemOf(spend(first, relay.organisation))).toMatchObject({ code: 'PERMIT_EXPIRED' });
      expect((await spend(second, relay.organisation)).recordId).toBe(made.record.recordId);
    });

    test('a restart of the holder kills its permits, and the next ones live', async () => {
      const { made } = await granted();
      const relay = await hospitalsRelay();
      const before = await obtain(made, relay);
      await fixture.providers.a.stop();
      const meanwhile = await obtain(made, relay);
      await fixture.providers.a.start();
      for (const permit of [before, meanwhile])
        expect(await problemOf(spend(permit, relay.organisation))).toMatchObject({ code: 'PERMIT_EXPIRED' });
      const after = await obtain(made, relay);
      expect((await spend(after, relay.organisation)).recordId).toBe(made.record.recordId);
    });

    test('that nobody committed is none', async () => {
      const { made } = await granted();
      const relay = await hospitalsRelay();
      const permit = await obtain(made, relay);
      const invented = { ...permit, txId: 'e'.repeat(64) };
      expect(await problemOf(spend(invented, relay.organisation))).toMatchObject({ code: 'PERMIT_INVALID' });
    });
  });

  describe('what was released', () => {
    const nothing = { releasedAt: null, receipt: null };

    test('is told to the patient’s side of each permit: of one that released nothing, too', async () => {
      const { made } = await granted();
      const relay = await hospitalsRelay();
      const permit = await obtain(made, relay);
      expect(await lookUp(permit)).toEqual(nothing);
      await spend(permit, relay.organisation);
      const { releasedAt, receipt } = (await lookUp(permit)) ?? {};
      expect(Date.parse(releasedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(permit.at) - SKEW_MS);
      expect(receipt).toBeNull();
    });

    test('is told of no other patient’s permit', async () => {
      const { made } = await granted();
      const { access } = await fixture.request(made, fixture.providers.a);
      const other = await fixture.newPatient();
      expect(await lookUp(access)).not.toEqual(nothing);
      expect(await lookUp(access, other.id)).toEqual(nothing);
    });
  });

  describe('a recipient’s receipt', () => {
    test('is kept from the recipient’s organisation alone, for what was released', async () => {
      const { made } = await granted();
      const { access, record } = await fixture.request(made, fixture.providers.a);
      const manifest = readManifest(record.manifest);
      const receipt = makeRecipientReceipt(
        {
          recordId: made.record.recordId,
          version: 1,
          ciphertextSha256: manifest.ciphertextSha256,
          manifestHash: made.manifestHash,
          provider: 'prv_cloud-a',
          recipient: 'aut_hospital',
          permitTxId: access.txId,
          receivedAt: '2026-05-05T12:00:00.000Z',
        },
        fixture.hospital.signer,
      );
      const post = async (token: string, as: string) => {
        const { items } = await fixture.providers.a.as(as).call('POST', PROVIDER_ROUTES.receipts, {
          body: { receipts: [token] },
          result: ReceiptAnswer,
        });
        return items[0]?.problem;
      };
      expect(await post(receipt, 'LabMSP')).toMatchObject({ code: 'ORGANISATION_MISMATCH' });
      expect(await post(receipt, 'HospitalMSP')).toBeUndefined();
      expect(await lookUp(access)).toMatchObject({ receipt });
      const byLab = makeRecipientReceipt(
        { ...readRecipientReceipt(receipt), recipient: 'aut_lab' },
        fixture.lab.signer,
      );
      expect(await post(byLab, 'LabMSP')).toMatchObject({
        code: 'RECEIPT_REFUSED',
        reason: 'RECEIPT_MISMATCH',
      });
    });
  });
}
