import { join } from 'node:path';
import type { OrdererNode } from '@careledger/network-definition';
import { stringify } from 'yaml';
import { MAX_MESSAGE_BYTES, type NodePaths } from './paths.js';

export interface OrdererConfigOptions {
  readonly node: OrdererNode;
  readonly paths: NodePaths;
  readonly listenHost: string;
}

/** An orderer's orderer.yaml. */
export function ordererConfig({ node, paths, listenHost }: OrdererConfigOptions): string {
  const serverTls = { Enabled: true, Certificate: paths.tlsCert, PrivateKey: paths.tlsKey };
  return stringify({
    General: {
      ListenAddress: listenHost,
      ListenPort: node.port,
      TLS: { ...serverTls, RootCAs: [paths.tlsRoot], ClientAuthRequired: false },
      Keepalive: { ServerMinInterval: '10s', ServerInterval: '7200s', ServerTimeout: '20s' },
      MaxRecvMsgSize: MAX_MESSAGE_BYTES,
      MaxSendMsgSize: MAX_MESSAGE_BYTES,
      // Orderers call one another with the certificate that they serve.
      Cluster: {
        SendBufferSize: 100,
        // An orderer that joins or catches up asks all of them, itself included, for their height, and waits for the
        // slowest: one that is starting takes connections but answers nothing yet. With Fabric's 5 s for each, one that
        // returns keeps its channels waiting so long that the others change their view.
        DialTimeout: '1s',
        ReplicationPullTimeout: '2s',
      },
      LocalMSPDir: paths.msp,
      LocalMSPID: node.mspId,
      Profile: { Enabled: false },
      BCCSP: { Default: 'SW', SW: { Hash: 'SHA2', Security: 256 } },
      Authentication: { TimeWindow: '15m' },
    },
    FileLedger: { Location: paths.data },
    Consensus: {
      WALDir: join(paths.data, 'consensus', 'wal'),
      SnapDir: join(paths.data, 'consensus', 'snapshot'),
    },
    Admin: {
      ListenAddress: `${listenHost}:${node.adminPort}`,
      TLS: { ...serverTls, ClientAuthRequired: true, ClientRootCAs: [paths.tlsRoot] },
    },
    ChannelParticipation: { Enabled: true, MaxRequestBodySize: '10 MB' },
    Operations: {
      ListenAddress: `${listenHost}:${node.operationsPort}`,
      TLS: { ...serverTls, ClientAuthRequired: false, ClientRootCAs: [paths.tlsRoot] },
    },
    Metrics: { Provider: 'prometheus' },
  });
}
