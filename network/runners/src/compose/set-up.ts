import {
  planOf,
  requireState,
  setUpNetwork,
  NetworkConnections,
  waitUntilReady,
  type Progress,
} from '@careledger/network-admin';
import { servicesOf, type NetworkPlan } from '@careledger/network-definition';
import { registerAll } from '../services/register.js';
import type { ComposeLayout } from './layout.js';

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
  await registerAll(layout, servicesOf(plan), progress);
  return plan;
}
