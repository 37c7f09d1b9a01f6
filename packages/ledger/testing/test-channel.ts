import { generateKeyPairSync } from 'node:crypto';
import { Type } from 'typebox';
import { LedgerChannel } from '../src/channel.js';
import { LedgerCounters } from '../src/counters.js';
import { LedgerError } from '../src/error.js';
import type { PeerGateway, PeerRoute } from '../src/fabric/peer-route.js';
import { newNativeSigner } from '../src/fabric/signer.js';
import { MemoryCheckpoints, MemoryJournal } from '../src/store/memory.js';
import { Sender } from '../src/submit/sender.js';
import { DEFAULT_TIMEOUTS, type LedgerTimeouts } from '../src/timeouts.js';
import type { LossyGateway } from './lossy-gateway.js';

/** What a `LossyGateway` answers to. */
export const contract = {
  name: 'records',
  transactions: {
    Store: { kind: 'submit', args: Type.Object({ id: Type.Number() }), result: Type.Literal('done') },
  },
} as const;

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const signer = newNativeSigner(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
const publicKeyPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();

/** A connection as the one client of these tests. */
export const connectTo = (gateway: LossyGateway): PeerGateway => gateway.connect(publicKeyPem, signer);

export interface TestChannelOptions {
  readonly route: PeerRoute;
  /** Peers by organisation. */
  readonly routes?: Readonly<Record<string, PeerRoute>>;
  readonly timeouts: Partial<LedgerTimeouts>;
  readonly journal?: MemoryJournal;
  readonly closing?: AbortController;
}

/** A channel as that client sees it, with what tests look into. */
export function openTestChannel(options: TestChannelOptions) {
  const { route, routes = {}, journal = new MemoryJournal(), closing = new AbortController() } = options;
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
  const counters = new LedgerCounters();
  const sender = new Sender(journal, timeouts, closing.signal, counters);
  const channel = new LedgerChannel({
    route,
    routeOf: (mspId) => {
      const found = routes[mspId];
      if (found === undefined) throw new LedgerError('CONFIGURATION', `No peer of ${mspId}`);
      return found;
    },
    name: 'cloud',
    signer,
    sender,
    checkpoints: new MemoryCheckpoints(),
    timeouts,
    counters,
    closing: closing.signal,
  });
  return { channel, sender, counters };
}
