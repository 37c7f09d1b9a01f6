import type { MutualTlsClient } from './mutual-tls.js';

/** Channels on which an orderer is the Raft leader, by its own metrics (Fabric documentation, "Metrics Reference"). */
export async function raftLeaderships(operations: MutualTlsClient): Promise<string[]> {
  const { body } = await operations.send('GET', '/metrics', [200]);
  return [...body.matchAll(/^consensus_etcdraft_is_leader\{channel="([^"]+)"\} 1$/gm)].map(
    (match) => match[1] ?? '',
  );
}
