import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writePublic, type ChaincodePackage } from '@careledger/network-admin';
import type { ChaincodeHostNode, NetworkPlan, OrdererNode, PeerNode } from '@careledger/network-definition';
import { builderConfig } from '../chaincode/builder-config.js';
import { chaincodeEnvironment, type ChaincodeCommand } from '../chaincode/launch.js';
import { RunnerError } from '../errors.js';
import { ordererConfig } from '../node-config/orderer.js';
import type { NodePaths } from '../node-config/paths.js';
import { BUILDER_CONFIG_VARIABLE, peerConfig } from '../node-config/peer.js';
import type { FabricBinaries } from './binaries.js';
import { inheritedEnvironment } from './environment.js';
import type { NativeLayout } from './layout.js';
import { LOOPBACK } from './ports.js';
import type { ProcessSpec } from './processes.js';
import { discardUnjoined } from './unjoined.js';

/** Gossip and gRPC repeat themselves at level info. */
const LOGGING_SPEC = 'info:gossip=warn:grpc=error:comm.grpc.server=warn';
/** No colours: logs are files. */
const LOGGING_FORMAT = '%{time:2006-01-02T15:04:05.000Z07:00} %{level:.4s} [%{module}] %{message}';

export interface NodeFiles {
  readonly plan: NetworkPlan;
  readonly layout: NativeLayout;
  readonly binaries: FabricBinaries;
}

/** Writes an orderer's configuration; returns how to start it. */
export async function writeOrderer({ layout, binaries }: NodeFiles, node: OrdererNode): Promise<ProcessSpec> {
  const folder = layout.process(node.id);
  await discardUnjoined(layout.ledger(node.id), 'orderer');
  await writePublic(
    join(folder, 'orderer.yaml'),
    ordererConfig({ node, paths: nodePaths(layout, node.mspId, node.id), listenHost: LOOPBACK }),
  );
  return {
    name: node.id,
    command: binaries.orderer,
    args: [],
    cwd: folder,
    env: fabricEnvironment(folder),
  };
}

/** Writes a peer's configuration; returns how to start it. */
export async function writePeer({ plan, layout, binaries }: NodeFiles, node: PeerNode): Promise<ProcessSpec> {
  const folder = layout.process(node.id);
  await discardUnjoined(layout.ledger(node.id), 'peer');
  await writePublic(
    join(folder, 'core.yaml'),
    peerConfig({
      node,
      paths: nodePaths(layout, node.mspId, node.id),
      network: plan.network,
      transactionTimeWindowMs: plan.transactionTimeWindowMs,
      listenHost: LOOPBACK,
      ccaasBuilder: layout.ccaasBuilder,
    }),
  );
  // The peer keeps what it built at install, addresses and certificates included. Without it, it builds again.
  await rm(join(layout.ledger(node.id), 'externalbuilder', 'builds'), { recursive: true, force: true });

  const host = plan.chaincodeHosts.find(({ id }) => id === node.chaincodeHost);
  if (!host) throw new RunnerError('UNKNOWN_NAME', `${node.id} has no chaincode host`);
  const tls = layout.nodeTls(node.mspId, node.id);
  const [rootCert, clientCert, clientKey] = await Promise.all([
    readFile(layout.tlsCa(host.mspId).cert, 'utf8'),
    readFile(tls.cert, 'utf8'),
    readFile(tls.key, 'utf8'),
  ]);
  return {
    name: node.id,
    command: binaries.peer,
    args: ['node', 'start'],
    cwd: folder,
    env: {
      ...fabricEnvironment(folder),
      [BUILDER_CONFIG_VARIABLE]: builderConfig(host, { rootCert, clientCert, clientKey }),
    },
  };
}

/** Writes what a chaincode host needs; returns how to start it. */
export async function writeChaincodeHost(
  { plan, layout }: NodeFiles,
  host: ChaincodeHostNode,
  packages: ReadonlyMap<string, ChaincodePackage>,
  { command, args }: ChaincodeCommand,
): Promise<ProcessSpec> {
  const folder = layout.process(host.id);
  const roots = await Promise.all(host.serves.map((mspId) => readFile(layout.tlsCa(mspId).cert, 'utf8')));
  const clientRoots = join(folder, 'client-roots.pem');
  await writePublic(clientRoots, roots.join(''));
  const tls = layout.nodeTls(host.mspId, host.id);
  const env = chaincodeEnvironment({
    plan,
    host,
    packages,
    listenHost: LOOPBACK,
    tlsCert: tls.cert,
    tlsKey: tls.key,
    clientRoots,
  });
  return {
    name: host.id,
    command,
    args,
    cwd: folder,
    env: { ...inheritedEnvironment(), ...env },
    identity: Object.keys(env),
  };
}

function nodePaths(layout: NativeLayout, mspId: string, nodeId: string): NodePaths {
  const tls = layout.nodeTls(mspId, nodeId);
  return {
    msp: layout.nodeMsp(mspId, nodeId),
    tlsCert: tls.cert,
    tlsKey: tls.key,
    tlsRoot: layout.tlsCa(mspId).cert,
    data: layout.ledger(nodeId),
  };
}

function fabricEnvironment(folder: string): NodeJS.ProcessEnv {
  return {
    ...inheritedEnvironment(),
    FABRIC_CFG_PATH: folder,
    FABRIC_LOGGING_SPEC: LOGGING_SPEC,
    FABRIC_LOGGING_FORMAT: LOGGING_FORMAT,
  };
}
