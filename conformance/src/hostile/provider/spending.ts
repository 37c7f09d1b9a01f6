import { TestOrganisation } from '@careledger/chaincode-runtime/testing';
import type { MadeVersion } from '../../fixtures/providers/made-version.js';
import type { ProviderFixture, Relay } from './provider-fixture.js';
import { MISMATCH, kind, type ProviderKind, type Run } from './provider-kind.js';

/** Peers refuse what is dated two minutes ahead. */
const AHEAD_MS = 110_000;
/** Just after the window of a permit. */
const AFTER_WINDOW_MS = 31_000;

/** What the holder answers to a permit that something has happened to. */
const spending =
  (
    happen: (fixture: ProviderFixture, made: MadeVersion, relay: Relay) => Promise<string>,
    until?: () => string,
  ): Run =>
  async (fixture) => {
    const { made } = await fixture.granted({}, until?.());
    return happen(fixture, made, fixture.hospitalsRelay);
  };

/** Spending permits that are another’s, used, late or overtaken. */
export const SPENDING_ATTEMPTS: readonly ProviderKind[] = [
  kind({
    id: 'spends-anothers-permit',
    role: 'provider',
    what: 'spends a permit that was given through another one',
    answer: 'PERMIT_INVALID',
    tries: {
      'by its own signature': spending(async (fixture, made, relay) =>
        fixture.spend(await fixture.obtain(made, relay), fixture.labsRelay.organisation),
      ),
    },
  }),
  kind({
    id: 'spends-in-anothers-name',
    role: 'thief',
    what: 'spends a permit in its relay’s name',
    answer: 'PERMIT_INVALID (STATEMENT_KEY_UNKNOWN)',
    tries: {
      'with another key': spending(async (fixture, made, relay) => {
        const permit = await fixture.obtain(made, relay);
        const { networkId } = fixture.cloud.providers.network;
        return fixture.spend(
          permit,
          new TestOrganisation({ id: 'prv_hospital', mspId: 'HospitalMSP', aud: networkId, iat: 0 }),
        );
      }),
    },
  }),
  kind({
    id: 'spends-with-anothers-token',
    role: 'provider',
    what: 'brings a relay’s signed request for a release as its own',
    answer: MISMATCH,
    tries: {
      releases: spending(async (fixture, made, relay) =>
        fixture.spend(await fixture.obtain(made, relay), relay.organisation, 'LabMSP'),
      ),
    },
  }),
  kind({
    id: 'spends-nothing',
    role: 'provider',
    what: 'spends a permit that nobody committed',
    answer: 'PERMIT_INVALID',
    tries: {
      releases: spending(async (fixture, made, relay) => {
        const permit = await fixture.obtain(made, relay);
        return fixture.spend({ ...permit, txId: 'e'.repeat(64) }, relay.organisation);
      }),
    },
  }),
  kind({
    id: 'spends-twice',
    role: 'provider',
    what: 'spends a permit twice',
    answer: 'PERMIT_USED',
    tries: {
      releases: spending(async (fixture, made, relay) => {
        const permit = await fixture.obtain(made, relay);
        await fixture.spend(permit, relay.organisation);
        return fixture.spend(permit, relay.organisation);
      }),
    },
  }),
  kind({
    id: 'spends-after-revocation',
    role: 'authority',
    what: 'spends, through a provider of its own, a permit from before the revocation',
    answer: 'POLICY_CHANGED',
    tries: {
      releases: async (fixture) => {
        const { patient, made } = await fixture.granted();
        const relay = fixture.hospitalsRelay;
        const permit = await fixture.obtain(made, relay);
        await fixture.cloud.decree('Revoke', patient.revokeAll());
        return fixture.spend(permit, relay.organisation);
      },
    },
  }),
  kind({
    id: 'spends-late',
    role: 'provider',
    what: 'spends a permit that is dated nearly two minutes ahead after 30 s',
    answer: 'PERMIT_EXPIRED',
    tries: {
      'dated ahead': spending(async (fixture, made, relay) => {
        const permit = await fixture.obtainAhead(made, relay, AHEAD_MS);
        return fixture.later(AFTER_WINDOW_MS, () => fixture.spend(permit, relay.organisation));
      }),
    },
  }),
  kind({
    id: 'spends-after-its-grant',
    role: 'provider',
    what: 'spends a permit after the grant that it rests on has ended',
    answer: 'PERMIT_EXPIRED',
    tries: {
      'within the window': spending(
        async (fixture, made, relay) => {
          const permit = await fixture.obtain(made, relay);
          return fixture.later(AFTER_WINDOW_MS / 2, () => fixture.spend(permit, relay.organisation));
        },
        () => new Date(Date.now() + AFTER_WINDOW_MS / 3).toISOString(),
      ),
    },
  }),
  kind({
    id: 'spends-after-restart',
    role: 'provider',
    what: 'spends a permit whose coming the holder has not seen',
    answer: 'PERMIT_EXPIRED',
    tries: {
      'that came while the holder was away': spending(async (fixture, made, relay) => {
        const { a } = fixture.cloud.providers;
        await a.stop();
        const permit = await fixture.obtain(made, relay);
        await a.start();
        return fixture.spend(permit, relay.organisation);
      }),
    },
  }),
];
