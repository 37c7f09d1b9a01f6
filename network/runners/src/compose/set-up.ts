import {
  planOf,
  requireState,
  setUpNetwork,
  NetworkConnections,
  waitUntilReady,
  type Progress,
} from '@careledger/network-admin';
import type { NetworkPlan } from '@careledger/network-definition';
import type { ComposeLayout } from './layout.js';
import { register } from './register.js';
import { servicesOf } from './services.js';

/** Each opens a key store, whose key derivation takes 128 MiB (scrypt). */
const REGISTRATIONS_AT_ONCE = 2;

/**
 * With the nodes running: channels joined, chaincode committed, and every organisation's service registered on the
 * ledger. Returns when gateways endorse on every channel. Does only what is missing.
 */
export async function setUp(layout: ComposeLayout, progress: Progress): Promise<NetworkPlan> {
  const plan = planOf(await requireState(layout.root));
  await setUpNetwork(plan, layout, progress);
  using connections = await NetworkConnections.open(plan, layout);
  await waitUntilReady(plan, connections);
  progress('ready', `gateways endorse on ${plan.channels.map(({ name }) => name).join(' and ')}`);
  const waiting = servicesOf(plan);
  const registerRest = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await register(layout, next, progress);
  };
  await Promise.all(Array.from({ length: REGISTRATIONS_AT_ONCE }, registerRest));
  return plan;
}
