import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packagesOf, writePublic, writeSecret } from '@careledger/network-admin';
import type { ChaincodeHostNode, NetworkPlan, OrdererNode, PeerNode } from '@careledger/network-definition';
import { parseDocument } from 'yaml';
import { builderConfig } from '../chaincode/builder-config.js';
import { chaincodeEnvironment } from '../chaincode/launch.js';
import { ComposeError } from './errors.js';
import { ordererConfig } from '../node-config/orderer.js';
import type { NodePaths } from '../node-config/paths.js';
import { peerConfig } from '../node-config/peer.js';
import type { ComposeLayout } from './layout.js';
import { MONITORING_MSP } from './monitoring.js';
import { ANY_INTERFACE, CCAAS_BUILDER, CONFIG, FABRIC_CONFIG, FABRIC_DATA } from './container-paths.js';

const MONITORING_ROOT = 'monitoring-ca.pem';

/** A Fabric node's files as its container sees them: its own folder of the network is its configuration folder. */
const PATHS: NodePaths = {
  msp: join(FABRIC_CONFIG, 'msp'),
  tlsCert: join(FABRIC_CONFIG, 'tls', 'cert.pem'),
  tlsKey: join(FABRIC_CONFIG, 'tls', 'key.pem'),
  tlsRoot: join(FABRIC_CONFIG, 'msp', 'tlscacerts', 'tlsca.pem'),
  data: FABRIC_DATA,
};

/** Writes what every Fabric node and every chaincode host reads when it starts, and makes the folders of their data. */
export async function writeFabricFiles(plan: NetworkPlan, layout: ComposeLayout): Promise<void> {
  await Promise.all([
    ...plan.orderers.map((node) => writeOrderer(layout, node)),
    ...plan.peers.map((node) => writePeer(plan, layout, node)),
    ...plan.chaincodeHosts.map((host) => writeChaincodeHost(plan, layout, host)),
  ]);
}

async function writeOrderer(layout: ComposeLayout, node: OrdererNode): Promise<void> {
  const config = ordererConfig({ node, paths: PATHS, listenHost: ANY_INTERFACE });
  await writeNode(layout, node, {
    file: 'orderer.yaml',
    config,
    clientRoots: ['Operations', 'TLS', 'ClientRootCAs'],
  });
}

async function writePeer(plan: NetworkPlan, layout: ComposeLayout, node: PeerNode): Promise<void> {
  const host = plan.chaincodeHosts.find(({ id }) => id === node.chaincodeHost);
  if (!host) throw new ComposeError('UNKNOWN_NAME', `${node.id} has no chaincode host`);
  const config = peerConfig({
    node,
    paths: PATHS,
    network: plan.network,
    transactionTimeWindowMs: plan.transactionTimeWindowMs,
    listenHost: ANY_INTERFACE,
    ccaasBuilder: CCAAS_BUILDER,
  });
  await writeNode(layout, node, {
    file: 'core.yaml',
    config,
    clientRoots: ['operations', 'tls', 'clientRootCAs', 'files'],
  });
  const tls = layout.nodeTls(node.mspId, node.id);
  const [rootCert, clientCert, clientKey] = await Promise.all(
    [layout.tlsCa(host.mspId).cert, tls.cert, tls.key].map((path) => readFile(path, 'utf8')),
  );
  if (!rootCert || !clientCert || !clientKey)
    throw new ComposeError(
      'CERTIFICATE_MISSING',
      `the certificates of ${node.id} are empty: restore the volume from a backup`,
    );
  await writeSecret(
    layout.nodeFile(node.mspId, node.id, 'builder.json'),
    builderConfig(host, { rootCert, clientCert, clientKey }),
  );
}

/** A Fabric node's configuration file. */
interface NodeConfig {
  readonly file: string;
  /** YAML. */
  readonly config: string;
  /** Path of the setting with the authorities that the operations endpoint trusts. */
  readonly clientRoots: readonly string[];
}

/** The node's configuration, whose operations endpoint takes the monitoring's certificates too. */
async function writeNode(
  layout: ComposeLayout,
  { mspId, id }: { readonly mspId: string; readonly id: string },
  { file, config, clientRoots }: NodeConfig,
): Promise<void> {
  const document = parseDocument(config);
  document.addIn(clientRoots, join(FABRIC_CONFIG, MONITORING_ROOT));
  await mkdir(layout.data(id), { recursive: true, mode: 0o700 });
  await writePublic(
    layout.nodeFile(mspId, id, MONITORING_ROOT),
    await readFile(layout.tlsCa(MONITORING_MSP).cert),
  );
  await writePublic(layout.nodeFile(mspId, id, file), document.toString());
}

/** Environment of a chaincode host, in the form of `node --env-file`. */
async function writeChaincodeHost(
  plan: NetworkPlan,
  layout: ComposeLayout,
  host: ChaincodeHostNode,
): Promise<void> {
  const roots = await Promise.all(host.serves.map((mspId) => readFile(layout.tlsCa(mspId).cert, 'utf8')));
  await writePublic(layout.nodeFile(host.mspId, host.id, 'client-roots.pem'), roots.join(''));
  const env = chaincodeEnvironment({
    plan,
    host,
    packages: await packagesOf(plan),
    listenHost: ANY_INTERFACE,
    tlsCert: `${CONFIG}/tls/cert.pem`,
    tlsKey: `${CONFIG}/tls/key.pem`,
    clientRoots: `${CONFIG}/client-roots.pem`,
  });
  const lines = Object.entries(env).map(([name, value]) => `${name}=${value}\n`);
  await writePublic(layout.nodeFile(host.mspId, host.id, 'chaincode.env'), lines.join(''));
}
