import { join } from 'node:path';
import type { PeerNode } from '@careledger/network-definition';
import { stringify } from 'yaml';
import { MAX_MESSAGE_BYTES, type NodePaths } from './paths.js';

export interface PeerConfigOptions {
  readonly node: PeerNode;
  readonly paths: NodePaths;
  readonly network: string;
  readonly transactionTimeWindowMs: number;
  /** Interface to listen on; containers listen on all of theirs. */
  readonly listenHost: string;
  /** Folder with `bin/detect`, `bin/build` and `bin/release` of the ccaas builder. */
  readonly ccaasBuilder: string;
}

/** Name of the environment variable that tells the builder this peer's chaincode addresses and certificates. */
export const BUILDER_CONFIG_VARIABLE = 'CHAINCODE_AS_A_SERVICE_BUILDER_CONFIG';

/** With Fabric's own intervals a gateway learns only after 18 to 20 s who endorses a newly committed chaincode. */
const GOSSIP_EXCHANGE = '500ms';
const GOSSIP_ALIVE = '1s';
const GOSSIP_RECONNECT = '2s';

/** A peer's core.yaml. */
export function peerConfig(options: PeerConfigOptions): string {
  const { node, paths, listenHost } = options;
  const address = `${node.host}:${node.port}`;
  return stringify({
    peer: {
      id: node.id,
      networkId: options.network,
      listenAddress: `${listenHost}:${node.port}`,
      address,
      // For chaincode that the peer itself starts; there is none, but the peer insists on a port.
      chaincodeListenAddress: '127.0.0.1:0',
      chaincodeAddress: '127.0.0.1:0',
      localMspId: node.mspId,
      localMspType: 'bccsp',
      mspConfigPath: paths.msp,
      fileSystemPath: paths.data,
      BCCSP: { Default: 'SW', SW: { Hash: 'SHA2', Security: 256 } },
      authentication: { timewindow: `${options.transactionTimeWindowMs}ms` },
      gateway: { enabled: true, endorsementTimeout: '30s', broadcastTimeout: '30s', dialTimeout: '10s' },
      discovery: {
        enabled: true,
        authCacheEnabled: true,
        authCacheMaxSize: 1000,
        authCachePurgeRetentionRatio: 0.75,
        orgMembersAllowedAccess: false,
      },
      gossip: {
        bootstrap: address,
        endpoint: address,
        externalEndpoint: address,
        // One peer per organisation fetches blocks from the orderers itself.
        useLeaderElection: false,
        orgLeader: true,
        publishStateInfoInterval: GOSSIP_EXCHANGE,
        requestStateInfoInterval: GOSSIP_EXCHANGE,
        pullInterval: GOSSIP_EXCHANGE,
        aliveTimeInterval: GOSSIP_ALIVE,
        membershipTrackerInterval: GOSSIP_ALIVE,
        reconnectInterval: GOSSIP_RECONNECT,
        state: { enabled: false },
        pvtData: {
          pullRetryThreshold: '5s',
          transientstoreMaxBlockRetention: 1000,
          pushAckTimeout: '3s',
          btlPullMargin: 10,
          reconcileBatchSize: 10,
          reconcileSleepInterval: '1m',
          reconciliationEnabled: true,
          implicitCollectionDisseminationPolicy: { requiredPeerCount: 0, maxPeerCount: 1 },
        },
      },
      tls: {
        enabled: true,
        clientAuthRequired: false,
        cert: { file: paths.tlsCert },
        key: { file: paths.tlsKey },
        rootcert: { file: paths.tlsRoot },
      },
      keepalive: {
        interval: '7200s',
        timeout: '20s',
        // Clients may ping idle connections this often.
        minInterval: '10s',
        client: { interval: '60s', timeout: '20s' },
        deliveryClient: { interval: '60s', timeout: '20s' },
      },
      client: { connTimeout: '3s' },
      deliveryclient: {
        blockGossipEnabled: false,
        reconnectTotalTimeThreshold: '3600s',
        connTimeout: '3s',
        // After an outage of the orderers a peer tries again within this.
        reConnectBackoffThreshold: '2s',
        minimalReconnectInterval: '100ms',
        blockCensorshipTimeoutKey: '30s',
        policy: 'cluster',
      },
      handlers: {
        authFilters: [{ name: 'DefaultAuth' }, { name: 'ExpirationCheck' }, { name: 'TimeWindowCheck' }],
        decorators: [{ name: 'DefaultDecorator' }],
        endorsers: { escc: { name: 'DefaultEndorsement' } },
        validators: { vscc: { name: 'DefaultValidation' } },
      },
      limits: { concurrency: { endorserService: 2500, deliverService: 2500, gatewayService: 500 } },
      maxRecvMsgSize: MAX_MESSAGE_BYTES,
      maxSendMsgSize: MAX_MESSAGE_BYTES,
      profile: { enabled: false },
    },
    // Chaincode never runs in containers that the peer starts.
    vm: { endpoint: '' },
    chaincode: {
      externalBuilders: [
        {
          name: 'ccaas_builder',
          path: options.ccaasBuilder,
          propagateEnvironment: [BUILDER_CONFIG_VARIABLE],
        },
      ],
      installTimeout: '60s',
      startuptimeout: '30s',
      executetimeout: '30s',
      mode: 'net',
      keepalive: 0,
      system: { _lifecycle: 'enable', cscc: 'enable', lscc: 'enable', qscc: 'enable' },
      logging: { level: 'info', shim: 'warning' },
      runtimeParams: {
        useWriteBatch: true,
        maxSizeWriteBatch: 1000,
        useGetMultipleKeys: true,
        maxSizeGetMultipleKeys: 1000,
      },
    },
    ledger: {
      state: { stateDatabase: 'goleveldb', totalQueryLimit: 100_000 },
      history: { enableHistoryDatabase: true },
      pvtdataStore: {
        collElgProcMaxDbBatchSize: 5000,
        collElgProcDbBatchesInterval: 1000,
        deprioritizedDataReconcilerInterval: '60m',
        purgeInterval: 100,
        purgedKeyAuditLogging: true,
      },
      snapshots: { rootDir: join(paths.data, 'snapshots') },
    },
    operations: {
      listenAddress: `${listenHost}:${node.operationsPort}`,
      tls: {
        enabled: true,
        cert: { file: paths.tlsCert },
        key: { file: paths.tlsKey },
        // Health is for anybody; metrics and log levels ask for a certificate of the own organisation.
        clientAuthRequired: false,
        clientRootCAs: { files: [paths.tlsRoot] },
      },
    },
    metrics: { provider: 'prometheus' },
  });
}
