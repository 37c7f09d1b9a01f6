import {
  diagnoseCertificates,
  diagnoseNodes,
  NetworkConnections,
  type Finding,
  type Remedies,
} from '@careledger/network-admin';
import { unreadyServices } from '../services/unready.js';
import { findFabricBinaries } from './binaries.js';
import type { NativeNetwork } from './native-network.js';

/** Everything that is wrong with a native network, each with the command that fixes it; empty when all is well. */
export async function diagnose(network: NativeNetwork): Promise<Finding[]> {
  const folder = `--dir ${network.layout.root}`;
  const remedies: Remedies = {
    up: `careledger-native up ${folder}`,
    rotate: (nodeId) => `careledger-native rotate ${nodeId} ${folder}`,
  };
  const findings: Finding[] = [];
  if (!(await findFabricBinaries())) {
    findings.push({
      problem: 'Fabric 3.x is not installed',
      fix: 'set FABRIC_BIN to the folder of "peer" and "orderer"',
    });
  }
  const state = await network.state();
  const plan = network.plan(state);
  const services = network.programs(state);
  findings.push(...(await diagnoseCertificates(plan, network.layout, remedies)));

  const running = new Set((await network.status()).filter((entry) => entry.running).map(({ name }) => name));
  const planned = [...plan.orderers, ...plan.peers, ...plan.chaincodeHosts, ...services].map(({ id }) => id);
  const ended = planned.filter((name) => !running.has(name));
  findings.push(...ended.map((name) => ({ problem: `${name} does not run`, fix: remedies.up })));
  if (ended.length > 0) return findings;

  using connections = await NetworkConnections.open(plan, network.layout);
  findings.push(...(await diagnoseNodes(plan, connections, remedies)));
  if (findings.length > 0 || services.length === 0) return findings;
  return await unreadyServices(network.layout, services, () => remedies.up);
}
