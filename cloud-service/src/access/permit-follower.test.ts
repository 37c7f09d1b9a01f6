import type { AccessState } from '@careledger/contracts';
import { LedgerError, type LedgerChannel, type LedgerEvent } from '@careledger/ledger';
import { createLogger, openDatabase, type Database } from '@careledger/service-kit';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { OwnPeer } from '../ledger/own-peer.js';
import { migrations } from '../store/migrations.js';
import { Arrivals } from './arrivals.js';
import { PermitFollower } from './permit-follower.js';
import { PermitStore } from './permit-store.js';

type Event = LedgerEvent<Record<string, never>>;

/** A peer whose ledger grows when the test says so, and whose stream tells of it when the test says so. */
class Peer {
  height = 5n;
  /** Looks at the height that were answered. */
  looks = 0;
  #tell: ((event: Event) => void) | undefined;
  #onReconnect: ((error: LedgerError, failures: number) => void) | undefined;
  readonly #told: Event[] = [];

  readonly own = {
    height: async () => {
      this.looks += 1;
      return this.height;
    },
  } as unknown as OwnPeer;

  readonly channel = {
    events: (_contract: unknown, options: { signal: AbortSignal; onReconnect: Peer['breakOff'] }) => {
      this.#onReconnect = options.onReconnect;
      return this.#events(options.signal);
    },
  } as unknown as LedgerChannel;

  /** Tells of a permit in a block; `transactionId` where it is told of again by a later transaction. */
  async tell(txId: string, blockNumber: bigint, transactionId = txId, body: Partial<AccessState> = {}) {
    const acked = Promise.withResolvers<void>();
    const access = { ...permit, txId, ...body };
    const event = {
      name: 'AccessDecided',
      payload: { accesses: [access] },
      blockNumber,
      transactionId,
      ack: acked.resolve,
    };
    this.#told.push(event as unknown as Event);
    this.#tell?.(event as unknown as Event);
    await acked.promise;
  }

  /** The stream broke, and is open again. */
  readonly breakOff = (error: LedgerError, failures: number) => this.#onReconnect?.(error, failures);

  async *#events(signal: AbortSignal): AsyncGenerator<Event> {
    const ended = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    while (!signal.aborted) {
      const event = this.#told.shift();
      if (event !== undefined) yield event;
      else await Promise.race([ended, new Promise<void>((resolve) => (this.#tell = () => resolve()))]);
    }
  }
}

const named = (permitTxId: string) => ({ permitTxId, requester: 'aut_hospital', requestSid: 'request' });
const permit: AccessState = {
  patientId: 'pat_a',
  basis: 'request',
  requestSid: 'request',
  requester: 'aut_hospital',
  recordId: 'rec_a',
  version: 1,
  purpose: 'TREAT',
  throughProviderId: 'prv_b',
  releasingProviderId: 'prv_a',
  decision: 'permit',
  reason: 'GRANT',
  policyVersion: 1,
  policyHash: 'A'.repeat(43),
  at: '2026-05-05T12:00:00.000Z',
  releaseBefore: '2026-05-05T12:00:30.000Z',
  txId: '',
};

describe('the follower of permits', () => {
  let peer: Peer;
  let nowMs: number;
  let arrivals: Arrivals;
  let follower: PermitFollower;
  let database: Database;
  let permits: PermitStore;
  const clock = () => ({ wallMs: nowMs, monotonicMs: nowMs });
  const looked = async (times = 1) => {
    const before = peer.looks;
    while (peer.looks < before + times) await new Promise((resolve) => setTimeout(resolve, 5));
  };

  beforeEach(async () => {
    peer = new Peer();
    nowMs = 1_000;
    arrivals = new Arrivals(clock);
    database = openDatabase({ path: ':memory:', migrations });
    permits = new PermitStore(database);
    follower = new PermitFollower({
      providerId: 'prv_a',
      cloud: peer.channel,
      ownPeer: peer.own,
      arrivals,
      permits,
      clock,
      logger: createLogger('follower', { level: 'silent' }),
      heightIntervalMs: 5,
    });
    await looked(2);
  });
  afterEach(async () => {
    await follower.stop();
    database.close();
  });

  test('stamps a permit with the last moment at which its block was not there, however late it is told of it', async () => {
    peer.height = 6n;
    await looked(2);
    nowMs = 26_000;
    await looked(2);
    await peer.tell('late', 5n);
    expect(arrivals.known(named('late'))?.at).toEqual({ wallMs: 1_000, monotonicMs: 1_000 });
    await peer.tell('now', 6n);
    expect(arrivals.known(named('now'))?.at).toEqual({ wallMs: 26_000, monotonicMs: 26_000 });
  });

  test('gives no time to what was in the ledger before it looked, but writes it down', async () => {
    await peer.tell('before', 4n);
    expect(arrivals.known(named('before'))).toMatchObject({ at: undefined });
    expect(permits.has(named('before'))).toBe(true);
  });

  test('gives no time to what came while its stream was broken', async () => {
    peer.breakOff(new LedgerError('UNAVAILABLE', 'the peer ended the stream'), 1);
    peer.height = 7n;
    await looked(2);
    await peer.tell('meanwhile', 6n);
    await peer.tell('after', 7n);
    expect([arrivals.known(named('meanwhile'))?.at, arrivals.known(named('after'))?.at]).toEqual([
      undefined,
      clock(),
    ]);
  });

  test('heeds the transaction that decided, not one that tells of it again', async () => {
    await peer.tell('first', 5n, 'another');
    expect(arrivals.known(named('first'))).toBeUndefined();
    await peer.tell('denied', 5n, 'denied', { decision: 'deny' });
    await peer.tell('foreign', 5n, 'foreign', { releasingProviderId: 'prv_b' });
    await peer.tell('shown', 5n, 'shown', { basis: 'notice' });
    expect(['denied', 'foreign', 'shown'].map((txId) => arrivals.known(named(txId)))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('is not live once it has not seen its peer for a while', () => {
    expect(() => follower.assertLive()).not.toThrow();
    nowMs += 10_001;
    expect(() => follower.assertLive()).toThrow(/height/);
  });
});
